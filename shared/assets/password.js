// Shows, while one types, which rules a password meets. The server decides.
"use strict";

const form = document.querySelector("[data-password-form]");
const password = form.elements.password;
const repeated = form.elements.repeated;
const repeatedState = form.querySelector("[data-repeated]");
const userName = form.elements.user_name.value.toLowerCase();
const problem = form.querySelector("#problem");
const minimumLength = Number(form.dataset.minimumLength);

const checks = {
  length: (text) => [...text].length >= minimumLength && [...text].length <= 64,
  lower: (text) => /\p{Lowercase}/u.test(text),
  upper: (text) => /\p{Uppercase}/u.test(text),
  digit: (text) => /\p{N}/u.test(text),
  symbol: (text) => /[^\p{Alphabetic}\p{N}]/u.test(text),
  name: (text) => text !== "" && ([...userName].length < 3 || !text.toLowerCase().includes(userName)),
};

function judge() {
  // What was wrong with the last password says nothing of this one.
  problem?.remove();
  password.removeAttribute("aria-invalid");
  const text = password.value.normalize("NFKC");
  for (const rule of form.querySelectorAll("[data-rule]")) {
    const check = checks[rule.dataset.rule];
    if (!check) continue;
    const met = check(text);
    rule.dataset.state = met ? "met" : "open";
    rule.querySelector("[data-rule-word]").textContent = met ? ", met" : "";
  }
}

function compare() {
  const different = repeated.value !== "" && repeated.value !== password.value;
  repeated.setCustomValidity(different ? "The passwords are not equal." : "");
  const typing = password.value.startsWith(repeated.value);
  repeatedState.textContent = different && !typing ? "Not equal so far." : "";
}

password.addEventListener("input", judge);
for (const input of [password, repeated]) input.addEventListener("input", compare);
