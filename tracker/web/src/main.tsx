/** Grows into the page; see `index.html`. */
export {};
