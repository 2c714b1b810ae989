// <file-drop max="…" too-large="…"> round a form with a file input: files may be dropped anywhere on the page, and the
// upload shows how far it is. `max` is what the server takes, in bytes: it would only hang up on more.
// Without script the form works by itself. Needs .drop and .progress with <progress>, <output> and <button> inside.
customElements.define("file-drop", class extends HTMLElement {
  connectedCallback() {
    this.listening = new AbortController()
    const { signal } = this.listening
    document.addEventListener("dragover", this.#over, { signal })
    document.addEventListener("dragleave", this.#out, { signal })
    document.addEventListener("drop", this.#drop, { signal })
    this.addEventListener("change", this.#send, { signal })
    this.addEventListener("submit", this.#send, { signal })
    this.#cancel.addEventListener("click", this.#stop, { signal })
  }

  disconnectedCallback() {
    this.listening.abort()
  }

  get #form() { return this.querySelector("form") }
  get #input() { return this.querySelector("input[type=file]") }
  get #zone() { return this.querySelector(".drop") }
  get #cancel() { return this.querySelector(".progress button") }

  #over = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return
    event.preventDefault()
    this.#zone.classList.add("is-over")
  }

  #out = () => this.#zone.classList.remove("is-over")

  #drop = (event) => {
    const { files, items } = event.dataTransfer
    if (!files.length) return
    event.preventDefault()
    this.#out()
    if ([...items].some((item) => item.webkitGetAsEntry?.()?.isDirectory)) {
      this.#fail("A folder cannot be dropped. Drop the ZIP that it came in, or the files inside it.")
    } else {
      this.#input.files = files
      this.#send(event)
    }
  }

  // fetch() cannot tell how much of an upload has left; XMLHttpRequest can.
  #send = (event) => {
    event.preventDefault()
    const size = [...this.#input.files].reduce((sum, file) => sum + file.size, 0)
    if (!this.#input.files.length || this.request) return
    if (size > this.getAttribute("max")) return this.#fail(this.getAttribute("too-large"))
    this.request = new XMLHttpRequest()
    this.request.upload.addEventListener("progress", this.#show)
    this.request.addEventListener("load", this.#done)
    this.request.addEventListener("error", () => this.#fail("The upload was interrupted. Check the connection and try again."))
    this.request.open("POST", this.#form.action)
    this.request.setRequestHeader("HX-Request", "true")
    this.request.send(new FormData(this.#form))
    this.#busy(true)
  }

  #stop = () => {
    this.request.abort()
    this.#reset()
  }

  #show = ({ loaded, total, lengthComputable }) => {
    if (!lengthComputable) return
    const percent = Math.floor(100 * loaded / total)
    this.querySelector("progress").value = percent
    this.querySelector("output").value = `${percent} %`
  }

  #done = () => {
    // Without the header somebody has to sign in again: that page is where the redirect led.
    const onwards = this.request.getResponseHeader("HX-Redirect") ?? (this.request.status < 300 && this.request.responseURL)
    if (onwards) return location.assign(onwards)
    const page = new DOMParser().parseFromString(this.request.responseText, "text/html")
    this.#fail(page.querySelector("file-drop .notice--negative p")?.textContent ?? "The server did not take the file. Try again later.")
  }

  #fail(sentence) {
    this.#reset()
    const notice = Object.assign(document.createElement("div"), { className: "notice notice--negative", role: "alert" })
    notice.append(Object.assign(document.createElement("p"), { textContent: sentence }))
    this.#form.prepend(notice)
  }

  #reset() {
    this.request = null
    this.#busy(false)
    this.#form.reset()
    this.querySelector("[role=alert]")?.remove()
    this.querySelector("progress").removeAttribute("value")
    this.querySelector("output").value = ""
  }

  #busy(is) {
    const hadFocus = this.#zone.contains(document.activeElement)
    this.querySelector(".progress").hidden = !is
    this.#zone.hidden = is
    if (is && hadFocus) this.#cancel.focus()
  }
})
