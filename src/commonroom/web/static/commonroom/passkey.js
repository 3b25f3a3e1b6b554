// Passkeys: asks the browser to make or use one, and sends what it answers with the form.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function create(options, alone) {
    const asked = { ...options.publicKey };
    asked.challenge = bytes(asked.challenge);
    asked.user = { ...asked.user, id: bytes(asked.user.id) };
    asked.excludeCredentials = named(asked.excludeCredentials);
    asked.authenticatorSelection = {
      ...asked.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      ...(alone ? { userVerification: "required" } : {}),
    };
    const made = await navigator.credentials.create({ publicKey: asked });
    return told(made, {
      attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    });
  }

  async function use(options) {
    const asked = { ...options.publicKey };
    asked.challenge = bytes(asked.challenge);
    asked.allowCredentials = named(asked.allowCredentials);
    const used = await navigator.credentials.get({ publicKey: asked });
    return told(used, {
      authenticatorData: text(used.response.authenticatorData),
      signature: text(used.response.signature),
      userHandle: used.response.userHandle ? text(used.response.userHandle) : null,
    });
  }

  function told(credential, response) {
    return {
      type: credential.type,
      id: credential.id,
      rawId: text(credential.rawId),
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
    };
  }

  async function options(place) {
    if (place.dataset.passkey !== "login") {
      return JSON.parse(place.querySelector("#passkey-options").textContent);
    }
    const answer = await fetch(place.dataset.from, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error("no options");
    }
    return answer.json();
  }

  async function start(place) {
    const wrong = place.querySelector("[data-passkey-wrong]");
    const form = place.querySelector("form");
    wrong.hidden = true;
    try {
      const asked = await options(place);
      const alone = form.elements.passwordless ? form.elements.passwordless.checked : false;
      const answer = asked.creation_options
        ? await create(asked.creation_options, alone)
        : await use(asked.request_options);
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      wrong.hidden = false;
      wrong.focus();
    }
  }

  if (window.PublicKeyCredential && navigator.credentials) {
    for (const place of document.querySelectorAll("[data-passkey]")) {
      place.hidden = false;
      place.querySelector("[data-passkey-start]").addEventListener("click", () => start(place));
    }
    for (const said of document.querySelectorAll("[data-passkey-without]")) {
      said.hidden = true;
    }
  }
})();
