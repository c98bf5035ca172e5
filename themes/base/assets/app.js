// Comforts on top of pages that work without them.
(() => {
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });

  // Addresses stay short: what was not filled in is not part of them.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });

  // A control that belongs to a form by its form attribute reports to it as if it were inside.
  document.addEventListener("input", (event) => {
    const { form } = event.target;
    if (form && !form.contains(event.target)) form.dispatchEvent(new Event("input"));
  });

  // j and k walk through a list, / goes to the search field.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [popover]")) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-slash]");
      if (search) { event.preventDefault(); search.focus(); }
    } else if (event.key === "j" || event.key === "k") {
      const links = [...document.querySelectorAll("[data-keys] > * :is(h2, h3, td) > a[href]")];
      const here = links.indexOf(document.activeElement);
      const next = links[here + (event.key === "j" ? 1 : -1)];
      if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
    }
  });

  // Menus close when the reader turns elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // One more row of a list of fields.
  on("click", "[data-add-row]", (button) => {
    const rows = button.closest("[data-rows]").querySelectorAll("[data-row]");
    const row = rows[rows.length - 1].cloneNode(true);
    for (const field of row.querySelectorAll("input")) field.value = "";
    for (const field of row.querySelectorAll("[aria-label]")) field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, rows.length + 1));
    rows[rows.length - 1].after(row);
    row.querySelector("input").focus();
  });

  on("click", "[data-copy]", async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });

  // A file that is too large is told so before it travels.
  on("change", "[data-most-bytes]", (input) => {
    const most = Number(input.dataset.mostBytes);
    const over = [...input.files].some((file) => file.size > most);
    input.setCustomValidity(over ? `Use a file of at most ${most / 1_000_000} MB.` : "");
    input.reportValidity();
  });

  on("click", "[data-device-zone]", (button) => {
    const input = document.getElementById(button.dataset.deviceZone);
    input.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });

  // Unsaved changes are said, and kept from being lost by a stray click.
  on("input", "form[data-guard]", (form) => {
    if (form.dataset.changed) return;
    form.dataset.changed = "yes";
    const note = form.querySelector("[data-dirty]");
    if (note) note.textContent = "Not saved yet.";
  });
  on("submit", "form[popover]", (form) => form.hidePopover());
  on("submit", "form[data-guard]", (form) => { delete form.dataset.changed; });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
  });

  // On a phone the row of tabs is longer than the screen: show where one is.
  document.addEventListener("DOMContentLoaded", () => {
    for (const here of document.querySelectorAll("[data-section-nav] [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
  });

  // On the way to an identity provider nobody needs to press a button.
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("form[data-autosubmit]")?.submit();
    const onward = document.querySelector("a[data-autofollow]");
    if (onward) location.replace(onward.href);
  });

  const reveal = () => { for (const button of document.querySelectorAll("[data-add-row], [data-copy], [data-device-zone]")) button.hidden = false; };
  document.addEventListener("DOMContentLoaded", reveal);
  document.addEventListener("htmx:after:swap", reveal);
})();
