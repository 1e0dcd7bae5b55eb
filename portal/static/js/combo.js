/**
 * A list that is searched by typing (WAI-ARIA combobox). Two kinds are enhanced:
 *  - `select[data-combo]`: its own options are searched; the select stays in the form and holds the value.
 *  - `input[data-suggest]`: suggestions come from that address as JSON `[{value, text, note}]`; what is typed stays
 *    valid by itself, and with `data-suggest-into` the chosen value goes into the field of that id.
 */
let count = 0;

export function enhanceCombos(root) {
  for (const select of root.querySelectorAll("select[data-combo]:not([data-ready])")) enhanceSelect(select);
  for (const input of root.querySelectorAll("input[data-suggest]:not([data-ready])")) enhanceInput(input);
}

function enhanceSelect(select) {
  select.dataset.ready = "yes";
  const options = [...select.options].map((option) => ({ value: option.value, text: option.value ? option.text.trim() : "" }));
  if (options.length < 12) return;
  const input = document.createElement("input");
  input.type = "text";
  input.autocomplete = "off";
  input.id = select.id;
  input.value = options[select.selectedIndex]?.text ?? "";
  input.placeholder = [...select.options].find((option) => !option.value)?.text.trim() ?? "";
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  select.id = `${input.id}-list`;
  select.hidden = true;
  select.before(input);
  const find = async (words) => {
    const wanted = words.toLowerCase();
    return options.filter((one) => one.value && `${one.text} ${one.value}`.toLowerCase().includes(wanted)).slice(0, 60);
  };
  combobox(input, find, (chosen) => {
    select.value = chosen?.value ?? "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
}

function enhanceInput(input) {
  input.dataset.ready = "yes";
  input.autocomplete = "off";
  const target = input.dataset.suggestInto ? document.getElementById(input.dataset.suggestInto) : null;
  let last;
  const find = async (words) => {
    last?.abort();
    last = new AbortController();
    const address = new URL(input.dataset.suggest, location.href);
    address.searchParams.set("q", words);
    try {
      const answer = await fetch(address, { signal: last.signal, headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : [];
    } catch {
      return [];
    }
  };
  combobox(input, find, (chosen) => {
    if (target) target.value = chosen?.value ?? "";
  }, false);
}

function combobox(input, find, choose, strict) {
  const box = document.createElement("div");
  box.className = "combo";
  input.before(box);
  box.append(input);
  const list = document.createElement("ul");
  list.className = "combo-list";
  list.id = `combo-${++count}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  box.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  let shown = [];
  let active = -1;
  let settled = input.value;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  };
  const mark = (index) => {
    active = index;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  };
  const take = (one) => {
    input.value = settled = one.text;
    choose(one);
    close();
  };
  const open = async () => {
    const words = input.value.trim();
    shown = await find(strict && words === settled ? "" : words);
    list.replaceChildren(...shown.map((one, index) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${index}`;
      item.setAttribute("role", "option");
      item.textContent = one.note ? `${one.text} · ${one.note}` : one.text;
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(one); });
      return item;
    }));
    list.hidden = shown.length === 0;
    input.setAttribute("aria-expanded", String(shown.length > 0));
    mark(-1);
  };
  let timer;
  input.addEventListener("input", () => {
    if (!input.value.trim() || !strict) choose(null);
    clearTimeout(timer);
    timer = setTimeout(open, strict ? 0 : 150);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((active + step + shown.length) % shown.length);
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      take(shown[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  input.addEventListener("blur", () => {
    close();
    if (!strict || input.value === settled) return;
    if (!input.value.trim()) { settled = ""; choose(null); return; }
    const same = shown.find((one) => one.text === input.value.trim());
    if (same) take(same); else input.value = settled;
  });
  if (strict) input.addEventListener("click", () => list.hidden && open());
}
