// Saves a form a moment after its reader stops typing, and always says whether it did. Without this script its buttons save.
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const state = form.querySelector("[data-saved]");
  const pause = 900, patience = 5000;
  let timer, saving = null, changed = false, refused = false, behind = false;

  const say = (text, look) => { state.textContent = text; state.dataset.look = look; };
  const soon = (wait) => { clearTimeout(timer); timer = setTimeout(() => save(), wait); };

  const send = async (keepalive) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "autosave");
    try {
      const answer = await fetch(form.action, { method: "POST", body, keepalive, redirect: "error", headers: { accept: "application/json" } });
      const told = (answer.headers.get("content-type") || "").includes("json") ? await answer.json() : {};
      if (answer.ok) {
        form.elements.version.value = told.version;
        if (new URL(form.action).pathname !== new URL(told.place, location.href).pathname) {
          form.action = told.place;
          history.replaceState(null, "", told.place);
        }
        refused = false;
        if (!changed) say(`Saved at ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`, "saved");
        return;
      }
      refused = true;
      behind = answer.status === 409;
      say(behind ? "Changed somewhere else meanwhile. Press a button below to compare." : `Not saved yet: ${told.message || "reload the page and try again."}`, "refused");
    } catch {
      changed = refused = true;
      say("Not saved: no connection. Trying again.", "refused");
      soon(patience);
    }
  };

  const save = async (keepalive = false) => {
    if (saving || !changed || behind) return;
    clearTimeout(timer);
    changed = false;
    say("Saving…", "saving");
    saving = send(keepalive);
    await saving;
    saving = null;
    if (changed && !refused) soon(pause);
  };

  form.addEventListener("input", () => {
    changed = true;
    if (behind) return;
    say("Not saved yet", "changed");
    soon(pause);
  });
  // A button waits for what is on its way, so that it does not compete with it.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (saving) {
      event.preventDefault();
      changed = false;
      saving.then(() => form.requestSubmit(event.submitter));
      return;
    }
    changed = refused = false;
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
  window.addEventListener("beforeunload", (event) => { if (refused && !behind) event.preventDefault(); });
})();
