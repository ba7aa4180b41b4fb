/** How long to wait before the next attempt to connect. */

const FIRST_PAUSE = 0.2; // s
const LONGEST_PAUSE = 10; // s

/**
 * Seconds until the next attempt: they double with each failure, and chance keeps a thousand pages from coming back at
 * the same instant.
 *
 * @param failures Attempts that failed since the last success, from 1.
 * @param chance From 0 to 1.
 */
export function pause(failures: number, chance: number): number {
  const full = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  return full * (0.5 + chance / 2);
}

/** Close codes after which the same attempt would end the same way. */
const LASTING: Readonly<Record<number, string>> = {
  1002: "the two sides do not speak the same protocol",
  1003: "the server takes no data of this kind",
  1007: "the server could not read what this page sent",
  1008: "the server refused what this page asked for",
  1009: "a message was too large",
};

/** Why a close code will not heal, in words; null: it may. */
export function lasting(code: number): string | null {
  return LASTING[code] ?? null;
}
