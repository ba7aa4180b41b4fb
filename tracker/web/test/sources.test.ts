import { expect, test } from "vitest";
import { attributionOf, sourcesOf } from "../src/page/sources";

const LOL = { name: "adsb.lol", reports: 3, age: 1, attribution: "adsb.lol, https://adsb.lol/about (ODbL 1.0)" };

test("sources are those of the counters, whatever else stands there", () => {
  expect(sourcesOf({ sources: [LOL, null, 7, { name: "x" }, { name: "sbs", attribution: "" }] })).toEqual([
    LOL,
    { name: "sbs", attribution: "" },
  ]);
  for (const nothing of [null, {}, { sources: null }, { sources: "x" }]) expect(sourcesOf(nothing)).toEqual([]);
  expect(sourcesOf({ sources: Array(100).fill(LOL) })).toHaveLength(8);
});

test("the map names each with whom to thank, and links what is an address", () => {
  expect(attributionOf([LOL, { name: "sbs", attribution: "" }])).toBe(
    'Data: adsb.lol (adsb.lol, <a href="https://adsb.lol/about" rel="noopener noreferrer">adsb.lol/about</a> (ODbL 1.0)), sbs',
  );
  expect(attributionOf([])).toBe("");
});

test("nothing in the texts is markup", () => {
  const evil = { name: "<img src=x>", attribution: `"><script>x</script> https://a.example/'onclick=x javascript:x` };
  const html = attributionOf([evil]);
  expect(html.replace(/<a href="https:\/\/[^"<>]*" rel="noopener noreferrer">[^<>]*<\/a>/g, "")).not.toMatch(/[<>"']/);
  expect(html).toContain('href="https://a.example/"');
});
