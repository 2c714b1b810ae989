// <focus-hotkey> round a field: "/" and Ctrl-K or Cmd-K go to it from anywhere on the page.
customElements.define("focus-hotkey", class extends HTMLElement {
  connectedCallback() { document.addEventListener("keydown", this.#listen) }
  disconnectedCallback() { document.removeEventListener("keydown", this.#listen) }

  #listen = (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
    // A key that another element has answered, or one held down, is not for us.
    if (event.defaultPrevented || event.repeat || !(slash || command)) return
    const field = this.querySelector("input, textarea")
    // In a closed drawer the field cannot take the focus until the drawer is open.
    const drawer = this.closest("[popover]")
    if (drawer && !field.checkVisibility()) drawer.showPopover()
    event.preventDefault()
    field.focus()
    field.select()
  }
})

function isTyping(element) {
  return element instanceof Element && element.closest("input, textarea, select, [contenteditable]") !== null
}
