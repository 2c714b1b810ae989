// <focus-hotkey keys="f Control+Shift+f"> round a field: these keys go to it from anywhere on the page; by default "/" and
// Ctrl-K. Control is Cmd as well. A key by itself does not act while somebody is typing.
customElements.define("focus-hotkey", class extends HTMLElement {
  connectedCallback() { document.addEventListener("keydown", this.#listen) }
  disconnectedCallback() { document.removeEventListener("keydown", this.#listen) }

  get keys() { return (this.getAttribute("keys") ?? "/ Control+k").split(" ") }

  #listen = (event) => {
    // A key that another element has answered, or one held down, is not for us.
    if (event.defaultPrevented || event.repeat || !this.keys.includes(pressed(event))) return
    const field = this.querySelector("input, textarea")
    // In a closed drawer the field cannot take the focus until the drawer is open.
    const drawer = this.closest("[popover]")
    if (drawer && !field.checkVisibility()) drawer.showPopover()
    event.preventDefault()
    field.focus()
    field.select()
  }
})

// Shift is told only beside Control: some keyboards need it to type a slash.
function pressed(event) {
  const control = event.ctrlKey || event.metaKey
  if (event.altKey || !control && isTyping(event.target)) return ""
  return [control && "Control", control && event.shiftKey && "Shift", event.key.toLowerCase()].filter(Boolean).join("+")
}

function isTyping(element) {
  return element instanceof Element && element.closest("input, textarea, select, [contenteditable]") !== null
}
