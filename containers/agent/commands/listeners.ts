/** Those who want to hear that something has changed; what it was, they look up. */
export class Listeners {
  readonly #all = new Set<() => void>();

  add(listener: () => void): Disposable {
    this.#all.add(listener);
    return { [Symbol.dispose]: () => this.#all.delete(listener) };
  }

  tell(): void {
    for (const listener of this.#all) listener();
  }

  get size(): number {
    return this.#all.size;
  }
}
