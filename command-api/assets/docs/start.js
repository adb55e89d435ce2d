// A token may come in the fragment, `/docs/#token=…`, which a browser never sends to a server. It is kept for this tab only; "Authorize" takes another.
"use strict";

const fragment = new URLSearchParams(window.location.hash.slice(1));
if (fragment.has("token")) {
  sessionStorage.setItem("orderly-token", fragment.get("token"));
  history.replaceState(null, "", window.location.pathname + window.location.search);
}
const token = sessionStorage.getItem("orderly-token");

const page = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#commands",
  // It would ask somebody else whether the document is valid.
  validatorUrl: null,
  onComplete: () => token && page.preauthorizeApiKey("token", token),
});
