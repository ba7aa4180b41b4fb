/** The callsigns beside the aircraft: of all while they are few, else of the marked ones and of emergencies. */
import type { Drawn } from "./blitter";
import { Captions, type Caption, type Placed, type Spot } from "./captions";
import type { Aircraft, Fleet } from "./fleet";
import { nameOf } from "./kinds";
import type { Marks } from "./marks";
import { ALARM_GAP } from "./pen";
import type { Scene } from "./scene";
import type { Theme } from "./sprites";
import { emergency } from "./squawks";

const TEXT: Readonly<Record<Theme, string>> = { light: "#1d1d1d", dark: "#f4f4f4" };
const HALO: Readonly<Record<Theme, string>> = { light: "rgb(255 255 255 / 85%)", dark: "rgb(16 20 26 / 85%)" };

/** Callsigns are written while at most so many aircraft are in view. */
const MOST = 300;

export class Labels {
  readonly #fleet: Fleet;
  readonly #marks: Marks;
  readonly #captions = new Captions();
  readonly #pictures = new Pictures();
  #written: readonly Placed[] = [];

  constructor(fleet: Fleet, marks: Marks) {
    this.#fleet = fleet;
    this.#marks = marks;
  }

  /** What was written last, and where. */
  get written(): readonly Placed[] {
    return this.#written;
  }

  write(context: CanvasRenderingContext2D, scene: Scene): void {
    const { view, sheet, drawn, theme, ratio } = scene;
    const all = drawn.inView <= MOST;
    const picture = (text: string): HTMLCanvasElement => this.#pictures.get(text, theme, ratio);
    const symbols = all ? symbolsOf(drawn, sheet.size) : []; // in a crowd no place is free
    this.#written = this.#captions.arrange(this.#wanted(all, scene), picture, sheet.size * 0.5 + 3 * ratio, symbols, view);
    for (const { caption, spot } of this.#written) context.drawImage(picture(caption.text), spot.left, spot.top);
  }

  #wanted(all: boolean, { drawn, alarmed, ratio, now }: Scene): Caption[] {
    const marked = this.#marks.slots();
    const captions: Caption[] = [];
    for (let i = 0; (all || marked.size > 0 || alarmed.size > 0) && i < drawn.size; i++) {
      const slot = drawn.slot[i]!;
      const must = marked.has(slot) || alarmed.has(slot);
      if (!all && !must) continue;
      const aircraft = this.#fleet.at(slot);
      const text = captionOf(aircraft, marked.has(slot), this.#fleet.isShared(aircraft.key, now));
      const further = alarmed.has(slot) ? ALARM_GAP * ratio : 0;
      captions.push({ key: aircraft.key, text, x: drawn.x[i]!, y: drawn.y[i]!, must, further });
    }
    return captions;
  }
}

/** What is written beside an object; of a marked one also what it is. */
export function captionOf(aircraft: Aircraft, marked: boolean, shared: boolean): string {
  const { kind, typecode } = aircraft;
  const alarm = emergency(aircraft);
  const parts = [
    nameOf(aircraft),
    marked && (typecode ?? (kind === "aircraft" || kind === "other" ? null : kind)),
    alarm && `${alarm.code} ${alarm.meaning}`,
    shared && (kind === "aircraft" ? "(two aircraft?)" : "(two objects?)"),
  ];
  return parts.filter(Boolean).join(" ");
}

/** What the symbols cover, device px. */
function* symbolsOf(drawn: Drawn, size: number): Iterable<Spot> {
  const half = size * 0.45; // corners are empty
  for (let i = 0; i < drawn.size; i++) {
    const [x, y] = [drawn.x[i]!, drawn.y[i]!];
    yield { left: x - half, top: y - half, right: x + half, bottom: y + half };
  }
}

/** Texts as small pictures, each made once: writing letters anew in every frame costs ten times as much. */
class Pictures {
  readonly #made = new Map<string, HTMLCanvasElement>();
  readonly #most: number;
  #style = "";

  constructor(most = 1_000) {
    this.#most = most;
  }

  /** The picture of a text; `theme` and `ratio` (device px a CSS px) are those of the frame. */
  get(text: string, theme: Theme, ratio: number): HTMLCanvasElement {
    const style = `${theme} ${ratio}`;
    if (style !== this.#style || this.#made.size > this.#most) this.#made.clear();
    this.#style = style;
    let label = this.#made.get(text);
    if (!label) this.#made.set(text, (label = make(text, theme, ratio)));
    return label;
  }
}

function make(text: string, theme: Theme, ratio: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d")!;
  const font = `600 ${11 * ratio}px system-ui, sans-serif`;
  const line = 3 * ratio;
  context.font = font;
  canvas.width = Math.ceil(context.measureText(text).width + 2 * line);
  canvas.height = Math.ceil(15 * ratio);
  context.font = font; // a new size forgets it
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = line;
  context.strokeStyle = HALO[theme];
  context.fillStyle = TEXT[theme];
  context.strokeText(text, line, canvas.height / 2);
  context.fillText(text, line, canvas.height / 2);
  return canvas;
}
