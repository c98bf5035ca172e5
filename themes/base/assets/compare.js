// Remembers whom a reader has ticked from page to page, says how many, and lets nobody tick a fifth. Without it the ticks of one page are compared.
(() => {
  const MOST = 4, LEAST = 2;
  const key = (project) => `compare:${project || ""}`;
  const read = (project) => { try { return JSON.parse(sessionStorage.getItem(key(project))) || []; } catch { return []; } };
  const write = (project, picked) => { try { sessionStorage.setItem(key(project), JSON.stringify(picked)); } catch { /* private windows may refuse: the page still works */ } };

  const say = (form, picked, full) => {
    const said = form.querySelector("[data-compare-said]");
    const missing = LEAST - picked.length;
    said.textContent = full ? "Four at most. Take somebody out first."
      : picked.length === 0 ? "Tick two to four people to see them side by side."
      : missing > 0 ? "Tick one more to compare." : `${picked.length} to compare`;
    form.querySelector("button[type=submit]").disabled = missing > 0;
    form.querySelector("button[type=submit]").classList.toggle("primary", missing <= 0);
  };

  const show = (form, full = false) => {
    const picked = read(form.dataset.compare);
    const ids = picked.map(([id]) => id);
    const boxes = [...document.querySelectorAll("input[form=compare][name=cto]")];
    for (const box of boxes) box.checked = ids.includes(box.value);
    const place = form.querySelector("[data-compare-picked]");
    place.replaceChildren(...picked.map(([id, name]) => {
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.dataset.uncompare = id;
      chip.textContent = `${name} ×`;
      chip.setAttribute("aria-label", `Take ${name} out`);
      return chip;
    }), ...picked.filter(([id]) => !boxes.some((box) => box.value === id)).map(([id]) => {
      const kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = "cto";
      kept.value = id;
      return kept;
    }));
    form.classList.toggle("on", picked.length > 0);
    say(form, picked, full);
  };

  document.addEventListener("change", (event) => {
    const box = event.target;
    const form = document.getElementById("compare");
    if (!form || !(box instanceof Element) || !box.matches("input[form=compare][name=cto]")) return;
    const others = read(form.dataset.compare).filter(([id]) => id !== box.value);
    const full = box.checked && others.length >= MOST;
    if (!full) write(form.dataset.compare, box.checked ? [...others, [box.value, box.dataset.name]] : others);
    show(form, full);
  });

  document.addEventListener("click", (event) => {
    const chip = event.target instanceof Element && event.target.closest("[data-uncompare]");
    if (!chip) return;
    const form = chip.closest("form");
    write(form.dataset.compare, read(form.dataset.compare).filter(([id]) => id !== chip.dataset.uncompare));
    show(form);
    form.querySelector("[data-uncompare], button[type=submit]").focus();
  });

  const begin = () => {
    const shown = document.querySelector("[data-compare-shown]");
    if (shown) write(shown.dataset.compareShown, [...shown.querySelectorAll("[data-compare-cto]")].map((name) => [name.dataset.compareCto, name.textContent]));
    const form = document.getElementById("compare");
    if (!form) return;
    // What the server has ticked, since the address says so, counts as picked.
    const ticked = [...document.querySelectorAll("input[form=compare][name=cto]:checked, [data-compare-picked] input")].map((box) => [box.value, box.dataset.name]);
    const known = read(form.dataset.compare);
    write(form.dataset.compare, [...known, ...ticked.filter(([id]) => !known.some(([other]) => other === id))].slice(0, MOST));
    show(form);
  };
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:after:swap", () => { const form = document.getElementById("compare"); if (form) show(form); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
})();
