// Passkeys: the browser's own interface between a form and the server (WebAuthn). The form sends what it answered.
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const read = (options) => ({
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
  });

  const write = (credential) => {
    const { response } = credential;
    const said = { clientDataJSON: text(response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (response[part]) said[part] = text(response[part]);
    if (response.getTransports) said.transports = response.getTransports();
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: said });
  };

  // Elsewhere first: a sign-in that is too old is confirmed, one that is over begins again.
  const elsewhere = { step_up_required: `/step-up?next=${encodeURIComponent(location.pathname)}`, sign_in_expired: "/login", sign_in_required: "/login" };

  const options = async (form) => {
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams([["_csrf", form.elements._csrf.value]]),
    });
    const content = await answer.json();
    if (answer.ok) return read(content);
    if (elsewhere[content.code]) location.assign(elsewhere[content.code]);
    throw new Error(content.detail);
  };

  // One request at a time: the one that waits in the login field gives way to the button.
  let waiting = null;

  const ask = async (form, how = {}) => {
    const publicKey = await options(form);
    waiting?.abort();
    waiting = new AbortController();
    const wanted = { publicKey, signal: waiting.signal, ...how };
    const credential = await (form.dataset.passkey === "create" ? navigator.credentials.create(wanted) : navigator.credentials.get(wanted));
    form.elements.credential.value = write(credential);
    form.submit();
  };

  const words = (error) => {
    if (error.name === "InvalidStateError") return "This device has a passkey for your account already.";
    if (error instanceof DOMException) return "That did not work, or was cancelled. Try again.";
    return error.message;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.passkey) return;
    event.preventDefault();
    const problem = form.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    try {
      await ask(form);
    } catch (error) {
      problem.textContent = words(error);
      problem.hidden = false;
    }
  });

  const begin = async () => {
    for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;
    for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = true;
    const form = document.querySelector("[data-conditional]");
    if (!form || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    // Offered where the name is typed; whoever types on has chosen otherwise.
    try { await ask(form, { mediation: "conditional" }); } catch { /* The button is still there. */ }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
