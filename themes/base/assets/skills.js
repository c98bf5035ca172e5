// Fields for skills suggest what the taxonomy knows, spelled right or not. Without this they offer the usual ones, and
// saving a name that is not known answers with what may have been meant.
(() => {
  const QUERY = "query($search: String) { skills(search: $search, first: 8) { name } }";
  const WAIT = 150;
  const FIELDS = 'input[list="known-skills"], input[data-skill]';
  const list = Object.assign(document.createElement("ul"), { id: "skill-options", className: "options", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Skills");
  let field = null;
  let timer = 0;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    field?.setAttribute("aria-expanded", "false");
    field?.removeAttribute("aria-activedescendant");
  };

  const mark = (option) => {
    for (const each of list.children) each.setAttribute("aria-selected", String(each === option));
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };

  const take = (option) => {
    field.value = option.textContent;
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const show = (names) => {
    list.replaceChildren(...names.map((name, number) => {
      const option = Object.assign(document.createElement("li"), { id: `skill-option-${number}`, textContent: name });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      return option;
    }));
    list.hidden = names.length === 0;
    field.setAttribute("aria-expanded", String(names.length > 0));
    field.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    const mine = ++asked;
    const wanted = field;
    const search = field.value.trim();
    if (!search) return close();
    const parameters = new URLSearchParams({ query: QUERY, variables: JSON.stringify({ search }) });
    try {
      const answer = await fetch(`/graphql?${parameters}`, { headers: { accept: "application/json" } });
      const names = (await answer.json()).data.skills.map((skill) => skill.name);
      if (mine === asked && wanted === field && document.activeElement === field) show(names.filter((name) => name !== search));
    } catch {
      close(); // One types on; saving says what is not known.
    }
  };

  document.addEventListener("focusin", (event) => {
    if (!event.target.matches(FIELDS)) return;
    field = event.target;
    field.removeAttribute("list");
    field.dataset.skill = "";
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) field.setAttribute(name, value);
    close();
    field.after(list);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target !== field) return;
    clearTimeout(timer);
    close();
    list.remove();
  });
  document.addEventListener("input", (event) => {
    if (event.target !== field || !event.isTrusted) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== field || list.hidden) return;
    const options = [...list.children];
    const here = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(options[(here + 1) % options.length]);
    else if (event.key === "ArrowUp") mark(options[(here <= 0 ? options.length : here) - 1]);
    else if (event.key === "Enter" && here >= 0) take(options[here]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // The field keeps the focus, so that a click is not first of all leaving it.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { if (event.target.matches("[role=option]")) take(event.target); });
})();
