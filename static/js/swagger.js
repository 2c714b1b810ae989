// The API's pages: Swagger UI on our own specification. A key that is typed here stays in this tab.
const at = document.getElementById("swagger")
SwaggerUIBundle({
  domNode: at,
  url: at.dataset.schema,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  docExpansion: "none",
  tryItOutEnabled: true,
})
