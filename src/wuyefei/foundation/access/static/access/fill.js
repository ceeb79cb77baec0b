/* Demo only: one click fills the form. The buttons exist nowhere else. */

const fill = (name, value) => {
  const input = document.querySelector(`input[name="${name}"]:not([type=hidden])`);
  if (!input) return null;
  input.value = value;
  return input;
};

document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-fill-username]");
  const code = event.target.closest("[data-fill-code]");
  if (person) {
    fill("username", person.dataset.fillUsername);
    fill("password", person.dataset.fillPassword);
    for (const other of document.querySelectorAll("[data-fill-username]")) other.classList.toggle("on", other === person);
    document.querySelector("[data-sign-in] button.pri")?.focus();
  } else if (code) {
    fill("code", code.dataset.fillCode)?.form.querySelector("button.pri")?.focus();
  }
});
