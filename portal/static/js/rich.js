/**
 * Lets a text with structure be written as it will look. The textarea stays what is sent: every change goes into it, and
 * without this script it takes HTML or plain text. What is pasted is cleaned by the server first, with the same rules
 * that hold when the text is saved.
 */
const token = () => document.querySelector("meta[name='csrf-token']")?.content ?? "";
const dialog = document.getElementById("choose-picture");
// Where below its host the site lies; texts are kept without it.
const root = document.querySelector("[data-rich]")?.dataset.root ?? "";
let putPicture = null;

for (const box of document.querySelectorAll("[data-rich]")) begin(box);

function begin(box) {
  const area = box.querySelector("textarea");
  const bar = box.querySelector(".toolbar");
  const page = document.createElement("div");
  page.className = "rich";
  page.contentEditable = "true";
  page.setAttribute("role", "textbox");
  page.setAttribute("aria-multiline", "true");
  // What leads to the input, as the summary of errors does, leads to where one writes.
  page.id = area.id;
  area.id = `${page.id}-source`;
  box.querySelector("label").htmlFor = area.id;
  page.setAttribute("aria-labelledby", `${page.id}-label`);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (area.hasAttribute(name)) page.setAttribute(name, area.getAttribute(name));
  }
  page.innerHTML = area.value.includes("<") ? inert(area.value) : paragraphs(area.value);
  area.before(page);
  area.hidden = true;
  bar.hidden = false;
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.execCommand("styleWithCSS", false, "false");
  const keep = () => {
    area.value = page.textContent.trim() || page.querySelector("img") ? page.innerHTML : "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  page.addEventListener("input", keep);
  page.addEventListener("paste", (event) => paste(event, box, keep));
  page.addEventListener("drop", (event) => event.preventDefault());
  area.addEventListener("change", () => { page.innerHTML = inert(area.value); });
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => press(event, { box, area, page, bar, keep }));
  bar.addEventListener("keydown", (event) => walk(event, bar));
  document.addEventListener("selectionchange", () => page.contains(getSelection()?.anchorNode) && mark(bar));
  bar.querySelectorAll("button").forEach((button, index) => { button.tabIndex = index ? -1 : 0; });
  box.querySelector("label").addEventListener("click", () => page.focus());
}

/**
 * HTML without what could run, its pictures where they lie: the server cleaned it when it was saved, does so again, and
 * takes away where the site lies.
 */
function inert(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const node of parsed.querySelectorAll("script, style, iframe, object, embed, link, meta, form")) node.remove();
  for (const node of parsed.querySelectorAll("*")) {
    for (const { name } of [...node.attributes]) if (name.startsWith("on") || name === "style") node.removeAttribute(name);
  }
  for (const image of parsed.querySelectorAll("img[src]")) image.setAttribute("src", placed(image.getAttribute("src")));
  return parsed.body.innerHTML;
}

/** The address of a picture of this site as this page loads it. */
function placed(address) {
  const own = address.startsWith("/") && !address.startsWith("//") && !address.startsWith(`${root}/`);
  return root && own ? root + address : address;
}

function paragraphs(text) {
  const holder = document.createElement("div");
  for (const line of text.split("\n").filter((one) => one.trim())) holder.append(element("p", line));
  return holder.innerHTML;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

async function paste(event, box, keep) {
  const html = event.clipboardData?.getData("text/html");
  event.preventDefault();
  const plain = event.clipboardData?.getData("text/plain") ?? "";
  let clean = paragraphs(plain);
  const status = box.querySelector("[data-rich-status]");
  status.textContent = "";
  if (html) {
    const form = new FormData();
    form.set("html", html);
    try {
      const answer = await fetch(box.dataset.clean, { method: "POST", body: form, headers: { "X-CSRF-Token": token() } });
      if (!answer.ok) throw new Error(String(answer.status));
      clean = await answer.text();
    } catch {
      status.textContent = box.dataset.noConnection;
    }
  } else if (!plain.includes("\n")) {
    document.execCommand("insertText", false, plain);
    return keep();
  }
  put(event.target.closest(".rich"), inert(clean));
  keep();
}

/**
 * Puts HTML where the cursor is: blocks behind the block it stands in, words into it. The browser's own insertHTML would
 * write looks into style attributes, which this site forbids.
 */
function put(page, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const selection = getSelection();
  const inside = selection.rangeCount && page.contains(selection.getRangeAt(0).startContainer);
  const range = inside ? selection.getRangeAt(0) : endOf(page);
  range.deleteContents();
  const last = holder.content.lastChild;
  if (!last) return;
  if (holder.content.querySelector("p, div, ul, ol, table, h2, h3, h4, figure, blockquote, pre, hr")) {
    let block = range.startContainer;
    while (block !== page && block.parentNode !== page) block = block.parentNode;
    if (block === page) page.append(holder.content);
    else {
      block.after(holder.content);
      if (!block.textContent.trim() && !block.querySelector?.("img")) block.remove();
    }
  } else range.insertNode(holder.content);
  const after = document.createRange();
  after.selectNodeContents(last);
  after.collapse(false);
  selection.removeAllRanges();
  selection.addRange(after);
}

function endOf(page) {
  const range = document.createRange();
  range.selectNodeContents(page);
  range.collapse(false);
  return range;
}

function press(event, editor) {
  const button = event.target.closest("[data-command]");
  if (!button) return;
  const { box, area, page, keep } = editor;
  const { command, value } = button.dataset;
  if (command === "source") return source(button, editor);
  page.focus();
  if (command === "link") {
    const address = prompt(box.dataset.askLink, "https://");
    if (address && /^(https?:\/\/|mailto:|tel:|\/|#)/.test(address.trim())) document.execCommand("createLink", false, address.trim());
  } else if (command === "picture") {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    return choose((address, alt) => {
      page.focus();
      if (range && page.contains(range.startContainer)) { getSelection().removeAllRanges(); getSelection().addRange(range); }
      const image = document.createElement("img");
      image.src = placed(address);
      image.alt = alt;
      put(page, `<figure>${image.outerHTML}</figure><p><br></p>`);
      keep();
    });
  } else if (command === "table") {
    const row = (cell) => `<tr>${cell.repeat(3)}</tr>`;
    put(page,
      `<table><thead>${row('<th scope="col"><br></th>')}</thead><tbody>${row("<td><br></td>").repeat(2)}</tbody></table><p><br></p>`);
  } else {
    document.execCommand(command, false, value ? `<${value}>` : undefined);
  }
  keep();
  mark(editor.bar);
}

function source(button, { area, page }) {
  const shows = area.hidden;
  if (!shows) page.innerHTML = inert(area.value);
  area.hidden = !shows;
  page.hidden = shows;
  button.setAttribute("aria-pressed", String(shows));
  (shows ? area : page).focus();
}

function mark(bar) {
  const block = document.queryCommandValue("formatBlock").toLowerCase();
  for (const button of bar.querySelectorAll("[data-command]")) {
    const { command, value } = button.dataset;
    if (command === "formatBlock") button.setAttribute("aria-pressed", String(block === value));
    else if (["bold", "insertUnorderedList", "insertOrderedList"].includes(command)) {
      button.setAttribute("aria-pressed", String(document.queryCommandState(command)));
    }
  }
}

/** In a toolbar the arrow keys go from button to button (ARIA Authoring Practices). */
function walk(event, bar) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [...bar.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  buttons[at].tabIndex = -1;
  const next = buttons[(at + step + buttons.length) % buttons.length];
  next.tabIndex = 0;
  next.focus();
  event.preventDefault();
}

async function choose(put) {
  putPicture = put;
  await load(dialog.dataset.address);
  dialog.showModal();
}

/** A part of a page of this site, which is escaped as every page is. */
async function load(address, options) {
  const answer = await fetch(address, options);
  dialog.querySelector("[data-part]").innerHTML = await answer.text();
}

dialog?.addEventListener("submit", (event) => {
  const form = event.target;
  event.preventDefault();
  event.stopPropagation();
  const told = new FormData(form);
  if (form.method === "get") load(`${form.action}?${new URLSearchParams(told)}`);
  else load(form.action, { method: "POST", body: told, headers: { "X-CSRF-Token": token() } });
});

dialog?.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-put]");
  if (event.target.closest("[data-close]")) dialog.close();
  if (!chosen) return;
  dialog.close();
  putPicture?.(chosen.dataset.put, chosen.dataset.alt);
});
