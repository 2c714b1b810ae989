// <check-range most="100"> <input type="checkbox" name> … <label><input type="checkbox"> All shown</label> <output></output>
// <button> … </check-range>
// With Shift, all boxes from the last one to this one become as this one is. The box without a name is for all of them.
// The output says how many are checked; the buttons wait until it is one, and no more than `most`.
customElements.define("check-range", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", this.#note)
    this.addEventListener("keydown", this.#note)
    this.addEventListener("change", this.#follow)
    this.addEventListener("htmx:afterSwap", this.#tell) // boxes came, or went
    window.addEventListener("pageshow", this.#tell) // Back keeps what was checked
    this.#tell()
  }

  disconnectedCallback() { window.removeEventListener("pageshow", this.#tell) }

  get most() { return Number(this.getAttribute("most") ?? Infinity) }
  get boxes() { return [...this.querySelectorAll("input[type=checkbox][name]")] }
  get all() { return this.querySelector("input[type=checkbox]:not([name])") }

  #note = (event) => { this.shift = event.shiftKey }

  #follow = ({ target }) => {
    const boxes = this.boxes
    if (target === this.all) {
      boxes.forEach((box, n) => { box.checked = target.checked && n < this.most })
    } else {
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(target)].sort((a, b) => a - b)
      if (this.shift && from >= 0) boxes.slice(from, to + 1).forEach((box) => { box.checked = target.checked })
      this.last = target
    }
    this.#tell()
  }

  #tell = () => {
    const boxes = this.boxes
    const count = boxes.filter((box) => box.checked).length
    this.all.checked = count > 0 && count >= Math.min(boxes.length, this.most)
    this.all.indeterminate = count > 0 && !this.all.checked
    this.querySelector("output").textContent = `${count} selected${count >= this.most ? `, at most ${this.most} at once` : ""}`
    for (const button of this.querySelectorAll("button:not([type=button])")) button.disabled = count === 0 || count > this.most
  }
})
