// What htmx could not bring is told in one line, in the link that asked for it, or else at the head of what it would have
// replaced, and goes with the next answer. A link stays a link. One that loads by itself asks again, in its place, when it
// is pressed; one that was pressed, or was refused, leads to its page, as it does without a script: that page says why.
addEventListener("htmx:sendError", ({ detail }) => tell(detail))
addEventListener("htmx:responseError", ({ detail }) => tell(detail))
addEventListener("click", askAgain)

function tell({ elt, target, xhr, requestConfig }) {
  const isLink = elt.matches("a")
  if (isLink && requestConfig.triggeringEvent?.type === "click") return location.assign(elt.href)
  const line = (isLink ? elt : target).querySelector(":scope > .missing") ?? newLine()
  if (!line.parentNode) isLink ? elt.append(line) : target.prepend(line)
  const isRefused = xhr.status >= 400 && xhr.status < 500
  line.toggleAttribute("data-refused", isRefused)
  const words = isRefused ? "This could not be loaded." : "The server did not answer."
  const hint = isLink ? (isRefused ? " Press to see why." : " Press to try again.") : ""
  if (line.textContent !== words + hint) line.textContent = words + hint
}

function newLine() {
  return Object.assign(document.createElement("span"), { className: "missing", role: "status" })
}

function askAgain(event) {
  const link = event.target.closest("a:has(> .missing:not([data-refused]))")
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  htmx.ajax("GET", link.getAttribute("hx-get"), { source: link }).catch(() => {})  // told by the event, like the first time
}
