// The API's pages: Swagger UI on our own specification. A key that is typed here stays in this tab.
// Swagger UI's dark colours want a class; nobody has to choose them who has chosen dark everywhere.
const dark = matchMedia("(prefers-color-scheme: dark)")
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches)
follow()
dark.addEventListener("change", follow)

const at = document.getElementById("swagger")
// It gives its way out of the dialog for keys no name.
new MutationObserver(() => at.querySelector(".close-modal")?.setAttribute("aria-label", "Close"))
  .observe(at, { childList: true, subtree: true })
SwaggerUIBundle({
  domNode: at,
  url: at.dataset.schema,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  docExpansion: "none",
  tryItOutEnabled: true,
})
