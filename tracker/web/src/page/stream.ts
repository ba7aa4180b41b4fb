/** The socket: connects, greets, subscribes to a box, resumes where it was, and comes back when it is lost.
 *
 *     connecting ──hello──> live ──close──> waiting ──pause, or retry()──> connecting
 *          └──────────────────┴──a close code that will not heal──> ended ──retry()──> connecting
 */

import { LOST_AFTER } from "../fleet";
import { decode, DIALECT, encode, type Box, type Frame, type Hello } from "../protocol";
import { lasting, pause } from "./backoff";
import { same } from "./boxes";

/** What is needed of a `WebSocket`. */
export interface Socket extends EventTarget {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
}

export type Phase =
  | { readonly name: "connecting" }
  | { readonly name: "live" }
  /** Until `until`, s of the clock; `why` is a sentence, where there is one. */
  | { readonly name: "waiting"; readonly until: number; readonly why: string | null }
  /** Trying again by itself would not help. */
  | { readonly name: "ended"; readonly why: string };

export interface Listener {
  phase(phase: Phase): void;
  /** All frames but `bye`, in the order in which they came. */
  frame(frame: Frame): void;
}

export interface Surroundings {
  readonly open: (url: string, dialect: string) => Socket;
  /** s, never running back. */
  readonly clock: () => number;
  readonly chance: () => number;
  /** Why a socket may have been refused, which a browser does not tell; null: nobody knows. */
  readonly why: () => Promise<string | null>;
}

const PATIENCE = 10; // s until the server must have greeted
const SPARE = 30; // s without a frame beyond the age at which lost aircraft are told: the connection is dead
const TWICE = 2; // failures in a row before the greeting, and it is asked why
const OPEN = 1; // WebSocket.OPEN

export class Stream {
  readonly #url: string;
  readonly #maxHz: number;
  readonly #listener: Listener;
  readonly #around: Surroundings;
  /** What is wanted, and what this connection was asked for last. */
  #box: Box | null = null;
  #asked: Box | null = null;
  /** The snapshot of the box that was asked for has not come: until then no other box is asked for. */
  #awaited = false;
  /** Where the fleet is, and the box under which it came. */
  #at: { epoch: string; seq: number | null; box: Box | null } | null = null;
  #connection: AbortController | null = null;
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** How long the server may be silent, s. */
  #quiet = LOST_AFTER + SPARE;
  #word: string | null = null;
  #phase: Phase = { name: "connecting" };

  /**
   * @param url Of the WebSocket.
   * @param maxHz Deltas a second at most.
   */
  constructor(url: string, maxHz: number, listener: Listener, around: Surroundings) {
    this.#url = url;
    this.#maxHz = maxHz;
    this.#listener = listener;
    this.#around = around;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The box that is asked for; null: the world. */
  get box(): Box | null {
    return this.#box;
  }

  /** Connect, and stay connected until the signal is given. */
  start(box: Box | null, signal: AbortSignal): void {
    this.#box = box;
    this.#connect();
    signal.addEventListener("abort", () => this.#drop());
  }

  /** Ask for another box; while there is no connection it is kept for the next one. */
  show(box: Box | null): void {
    this.#box = box;
    if (this.#phase.name === "live" && !this.#awaited && !same(box, this.#asked)) this.#subscribe(null);
  }

  /** Try now, whatever the pause. */
  retry(): void {
    if (this.#phase.name === "waiting" || this.#phase.name === "ended") this.#connect();
  }

  #connect(): void {
    this.#drop();
    this.#word = null;
    this.#enter({ name: "connecting" });
    const connection = new AbortController();
    const { signal } = connection;
    const socket = this.#around.open(this.#url, DIALECT);
    this.#connection = connection;
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive((event as MessageEvent).data), { signal });
    socket.addEventListener("close", (event) => this.#closed((event as CloseEvent).code), { signal });
    this.#expect(PATIENCE);
  }

  /** The server has to say something within so many seconds. */
  #expect(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#closed(0), seconds * 1000);
  }

  /** Forget the connection: nothing that it still says is heard. */
  #drop(): void {
    clearTimeout(this.#timer);
    this.#connection?.abort();
    this.#socket?.close();
    this.#connection = this.#socket = null;
  }

  #receive(text: string): void {
    this.#expect(this.#quiet);
    let frame: Frame | null;
    try {
      frame = decode(text);
    } catch (error) {
      this.#drop();
      this.#enter({ name: "ended", why: `The server sent what this page cannot read (${(error as Error).message}).` });
      return;
    }
    if (frame === null) return; // of a later server
    if (frame.type === "hello") this.#greeted(frame);
    else if (frame.type === "bye") this.#word = frame.reason;
    else {
      if (frame.type === "snapshot" || frame.type === "error") this.#awaited = false;
      if (frame.type === "snapshot" || frame.type === "delta") this.#reached(frame.seq);
      this.#listener.frame(frame);
      if (frame.type === "snapshot") this.show(this.#box);
    }
  }

  #greeted(hello: Hello): void {
    const { epoch, lost_after = LOST_AFTER } = hello;
    this.#quiet = lost_after + SPARE;
    this.#expect(this.#quiet);
    this.#listener.frame(hello);
    const at = this.#at;
    const resumes = at !== null && at.epoch === epoch && at.seq !== null && same(at.box, this.#box);
    if (!resumes) this.#at = { epoch, seq: null, box: this.#box };
    this.#enter({ name: "live" });
    this.#subscribe(resumes ? { epoch, seq: at.seq! } : null);
  }

  #subscribe(resume: { epoch: string; seq: number } | null): void {
    if (this.#socket?.readyState !== OPEN) return;
    this.#socket.send(encode({ bbox: this.#box, max_hz: this.#maxHz, resume }));
    this.#asked = this.#box;
    this.#awaited = resume === null;
  }

  #reached(seq: number): void {
    this.#failures = 0;
    // Deltas of the box before may still come: none of them is a point from which the next box could be resumed.
    if (this.#at !== null && !this.#awaited) this.#at = { epoch: this.#at.epoch, seq, box: this.#asked };
  }

  #closed(code: number): void {
    const greeted = this.#phase.name === "live";
    this.#drop();
    const why = lasting(code);
    if (why !== null) {
      this.#enter({ name: "ended", why: `The connection was closed (${code}): ${this.#word ?? why}.` });
      return;
    }
    this.#failures += 1;
    const wait = pause(this.#failures, this.#around.chance());
    this.#timer = setTimeout(() => this.#connect(), wait * 1000);
    this.#enter({ name: "waiting", until: this.#around.clock() + wait, why: this.#said() });
    if (!greeted && this.#failures >= TWICE) void this.#ask();
  }

  #said(): string | null {
    return this.#word === null ? null : `The server said: ${this.#word}.`;
  }

  async #ask(): Promise<void> {
    const asked = this.#phase;
    const why = await this.#around.why();
    if (why !== null && asked === this.#phase && asked.name === "waiting") this.#enter({ ...asked, why });
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#listener.phase(phase);
  }
}

/** The socket's URL beside the page's own base, so that a proxy may serve both under a path. */
export function socketUrl(base: string, path: string): string {
  const url = new URL(path.replace(/^\//, ""), base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
