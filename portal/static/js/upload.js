/** A file that is sent in: dropped or chosen, and a bar that shows how much of it has arrived. */
function showName(input) {
  const told = document.querySelector("[data-upload-name]");
  if (!told) return;
  told.textContent = input.files.length ? input.files[0].name : "";
  told.hidden = !input.files.length;
}

function send(form, input) {
  const bar = form.querySelector("[data-upload-bar]");
  const button = form.querySelector("button[type=submit]");
  const request = new XMLHttpRequest();
  request.open("POST", form.action || window.location.href);
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.max = event.total;
    bar.value = event.loaded;
  });
  const restore = () => {
    bar.hidden = true;
    button.disabled = false;
  };
  request.addEventListener("load", () => {
    if (request.status < 400 && request.responseURL !== window.location.href) {
      window.location.assign(request.responseURL);
      return;
    }
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    restore();
    form.querySelector("[data-upload-lost]").hidden = false;
  });
  bar.hidden = false;
  button.disabled = true;
  form.querySelector("[data-upload-lost]").hidden = true;
  request.send(new FormData(form));
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => showName(input));
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send(form, input);
  });
  for (const name of ["dragover", "drop"]) {
    form.addEventListener(name, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      if (name === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        showName(input);
      }
    });
  }
}
