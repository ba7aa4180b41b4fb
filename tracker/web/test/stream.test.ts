import { beforeEach, afterEach, describe, expect, test, vi } from "vitest";
import { socketUrl, Stream, type Phase, type Socket } from "../src/page/stream";
import type { Box, Frame } from "../src/protocol";

/** The server's end of a connection. */
class FakeSocket extends EventTarget implements Socket {
  readyState = 0;
  readonly sent: { bbox: Box | null; resume?: unknown }[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  says(frame: object): void {
    this.readyState = 1;
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }

  greets(epoch = "one"): void {
    this.says({ type: "hello", epoch, server_time: 0 });
  }

  ends(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }
}

const EUROPE: Box = [-10, 35, 30, 60];
const ASIA: Box = [60, 0, 150, 60];

class Connection {
  readonly sockets: FakeSocket[] = [];
  readonly phases: Phase[] = [];
  readonly frames: Frame[] = [];
  readonly stopping = new AbortController();
  /** What the server would say over HTTP. */
  word: string | null = null;
  asked = 0;
  readonly stream: Stream;

  constructor() {
    const listener = { phase: (phase: Phase) => this.phases.push(phase), frame: (frame: Frame) => this.frames.push(frame) };
    this.stream = new Stream("ws://localhost/ws/flights", 4, listener, {
      open: () => {
        const socket = new FakeSocket();
        this.sockets.push(socket);
        return socket;
      },
      clock: () => Date.now() / 1000,
      chance: () => 1,
      why: async () => {
        this.asked += 1;
        return this.word;
      },
    });
    this.stream.start(EUROPE, this.stopping.signal);
  }

  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  /** Connected, with a fleet that came with this number. */
  at(seq: number): this {
    this.socket.greets();
    this.socket.says({ type: "snapshot", seq, columns: {} });
    return this;
  }

  /** The connection is lost, and there is another one. */
  lost(code = 1006): this {
    this.socket.ends(code);
    vi.advanceTimersByTime(10_000);
    return this;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("stream", () => {
  test("it asks for its box once the server has greeted", () => {
    const { socket, stream } = new Connection();
    expect(socket.sent).toEqual([]);
    socket.greets();
    expect(socket.sent).toEqual([{ type: "subscribe", bbox: EUROPE, max_hz: 4 }]);
    expect(stream.phase).toEqual({ name: "live" });
  });

  test("it resumes where it was after the connection was lost", () => {
    const connection = new Connection().at(7);
    connection.socket.says({ type: "delta", seq: 9, columns: {}, removed: [] });
    connection.lost().socket.greets();
    expect(connection.socket.sent[0]?.resume).toEqual({ epoch: "one", seq: 9 });
  });

  test("it does not resume with a server that was started anew", () => {
    const connection = new Connection().at(7).lost();
    connection.socket.greets("two");
    expect(connection.socket.sent[0]).not.toHaveProperty("resume");
  });

  test("it does not resume for another box", () => {
    const connection = new Connection().at(7);
    connection.socket.ends(1006);
    connection.stream.show(ASIA);
    vi.advanceTimersByTime(10_000);
    connection.socket.greets();
    expect(connection.socket.sent).toEqual([{ type: "subscribe", bbox: ASIA, max_hz: 4 }]);
  });

  test("a delta of the box before is no point from which the next box could be resumed", () => {
    const connection = new Connection().at(7);
    connection.stream.show(ASIA);
    connection.socket.says({ type: "delta", seq: 8, columns: {}, removed: [] });
    connection.lost().socket.greets();
    expect(connection.socket.sent[0]).not.toHaveProperty("resume");
  });

  test("while a box is awaited only the last of the wishes after it is asked for", () => {
    const connection = new Connection();
    connection.socket.greets();
    connection.stream.show(ASIA);
    connection.stream.show(null);
    expect(connection.socket.sent.map(({ bbox }) => bbox)).toEqual([EUROPE]);
    connection.socket.says({ type: "snapshot", seq: 1, columns: {} });
    expect(connection.socket.sent.map(({ bbox }) => bbox ?? null)).toEqual([EUROPE, null]);
  });

  test("a box that was refused does not keep others from being asked for", () => {
    const connection = new Connection();
    connection.socket.greets();
    connection.socket.says({ type: "error", reason: "bbox: no" });
    connection.stream.show(ASIA);
    expect(connection.socket.sent.at(-1)?.bbox).toEqual(ASIA);
  });

  test("the same box is not asked for twice", () => {
    const connection = new Connection().at(1);
    connection.stream.show([...EUROPE]);
    expect(connection.socket.sent).toHaveLength(1);
  });

  test("pauses grow with each failure, and begin anew after a success", () => {
    const connection = new Connection();
    const waits = () => {
      connection.socket.ends(1006);
      const phase = connection.stream.phase as Extract<Phase, { name: "waiting" }>;
      const wait = phase.until - Date.now() / 1000;
      vi.advanceTimersByTime(wait * 1000);
      return wait;
    };
    const pauses = [waits(), waits(), waits()];
    [0.2, 0.4, 0.8].forEach((wait, attempt) => expect(pauses[attempt]).toBeCloseTo(wait, 2));
    connection.at(1);
    expect(waits()).toBeCloseTo(0.2, 2);
    expect(connection.sockets).toHaveLength(5);
  });

  test.each([1002, 1003, 1007, 1008, 1009])("after the close code %i it does not try again by itself", (code) => {
    const connection = new Connection().at(1);
    connection.socket.says({ type: "bye", code, reason: "5 messages were refused" });
    connection.lost(code);
    expect(connection.sockets).toHaveLength(1);
    const why = `The connection was closed (${code}): 5 messages were refused.`;
    expect(connection.stream.phase).toEqual({ name: "ended", why });
  });

  test.each([1000, 1001, 1006, 1011, 1013])("after the close code %i it tries again", (code) => {
    expect(new Connection().at(1).lost(code).sockets).toHaveLength(2);
  });

  test("somebody may try at once, also after an end", () => {
    const waiting = new Connection();
    waiting.socket.ends(1006);
    waiting.stream.retry();
    expect(waiting.sockets).toHaveLength(2);
    const ended = new Connection();
    ended.socket.ends(1008);
    ended.stream.retry();
    expect(ended.sockets).toHaveLength(2);
  });

  test("a try while it is connected changes nothing", () => {
    const connection = new Connection().at(1);
    connection.stream.retry();
    expect(connection.sockets).toHaveLength(1);
  });

  test("a server that does not greet is given up", () => {
    const connection = new Connection();
    vi.advanceTimersByTime(10_000);
    expect(connection.sockets[0]?.readyState).toBe(3);
    expect(connection.stream.phase.name).toBe("waiting");
  });

  test("a connection on which nothing comes any more is given up", () => {
    const connection = new Connection().at(1);
    vi.advanceTimersByTime(89_000);
    connection.socket.says({ type: "delta", seq: 2, columns: {}, removed: [] });
    vi.advanceTimersByTime(89_000);
    expect(connection.stream.phase.name).toBe("live");
    vi.advanceTimersByTime(1_000);
    expect(connection.stream.phase.name).toBe("waiting");
  });

  test("a socket that is refused twice before the greeting asks why, and says it", async () => {
    const connection = new Connection();
    connection.word = "The server refuses this page (403): no.";
    connection.socket.ends(1006);
    expect(connection.asked).toBe(0);
    vi.advanceTimersByTime(200);
    connection.socket.ends(1006);
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.stream.phase).toMatchObject({ name: "waiting", why: "The server refuses this page (403): no." });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connection.stream.phase.name).toBe("connecting");
  });

  test("a reason that comes when the next attempt has begun does not stop it", async () => {
    const connection = new Connection();
    connection.word = "late";
    connection.socket.ends(1006);
    vi.advanceTimersByTime(200);
    connection.socket.ends(1006);
    vi.advanceTimersByTime(400);
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.asked).toBe(1);
    expect(connection.stream.phase.name).toBe("connecting");
  });

  test("a connection that was lost does not ask why", async () => {
    const connection = new Connection();
    for (let loss = 0; loss < 3; loss++) {
      connection.socket.greets();
      connection.lost();
    }
    expect(connection.asked).toBe(0);
  });

  test("a server that stops is quoted", () => {
    const connection = new Connection().at(1);
    connection.socket.says({ type: "bye", code: 1001, reason: "the server stops" });
    connection.socket.ends(1001);
    expect(connection.stream.phase).toMatchObject({ name: "waiting", why: "The server said: the server stops." });
  });

  test("a frame that cannot be read ends it, with what was wrong", () => {
    const connection = new Connection();
    connection.socket.greets();
    connection.socket.says({ type: "snapshot", seq: "many", columns: {} });
    expect(connection.stream.phase.name).toBe("ended");
    expect((connection.stream.phase as { why: string }).why).toContain("seq");
  });

  test("frames of a later server are passed over", () => {
    const connection = new Connection().at(1);
    connection.socket.says({ type: "weather", wind: 3 });
    expect(connection.frames.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
    expect(connection.stream.phase.name).toBe("live");
  });

  test("nothing is heard of a connection that was given up", () => {
    const connection = new Connection().at(1);
    const first = connection.socket;
    connection.lost();
    first.says({ type: "snapshot", seq: 2, columns: {} });
    first.ends(1008);
    expect(connection.frames.map(({ type }) => type)).toEqual(["hello", "snapshot"]);
    expect(connection.stream.phase.name).toBe("connecting");
  });

  test("it closes its socket, and opens no other, when it is stopped", () => {
    const connection = new Connection().at(1);
    connection.stopping.abort();
    expect(connection.socket.readyState).toBe(3);
    vi.advanceTimersByTime(60_000);
    expect(connection.sockets).toHaveLength(1);
  });

  test("the socket lies beside the page, whatever the path and the scheme", () => {
    expect(socketUrl("http://127.0.0.1:8000/", "/ws/flights")).toBe("ws://127.0.0.1:8000/ws/flights");
    expect(socketUrl("https://map.example/air/?x=1#map=2", "/ws/flights")).toBe("wss://map.example/air/ws/flights");
  });
});
