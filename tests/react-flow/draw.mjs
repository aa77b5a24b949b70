// Draws the flow, works on it as a person would, and keeps what the canvas then saves.
//
//   node draw.mjs write FILE      writes the saved document to FILE
//   node draw.mjs compare FILE    compares it with the one in FILE

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

import { act, createElement } from "react";

import { centre, click, close, count, find, key, move, press, release, wheel } from "./dom.mjs";
import { edges, nodes } from "./flow.mjs";

// They look for a document while they are loaded.
const { createRoot } = await import("react-dom/client");
const { Editor, kinds } = await import("./editor.mjs");

async function mount(document) {
  const root = createRoot(find("#root"));
  const complaints = [];
  let canvas;
  const props = {
    document,
    onInit: (instance) => (canvas = instance),
    onError: (code, message) => complaints.push(`${code} ${message}`),
  };
  await act(async () => root.render(createElement(Editor, props)));
  // Once more, for what the first measuring set off.
  await act(async () => {});
  assert.deepEqual(complaints, []);
  const hidden = new Set(document.nodes.filter((node) => node.hidden).map((node) => node.id));
  const drawn = document.edges.filter((edge) => !edge.hidden && !hidden.has(edge.source) && !hidden.has(edge.target));
  assert.equal(count(".react-flow__node"), document.nodes.length - hidden.size);
  assert.equal(count(".react-flow__edge"), drawn.length);
  return { canvas, unmount: () => act(async () => root.unmount()) };
}

const card = (id) => find(`.react-flow__node[data-id="${id}"]`);

async function drag(element, from, by) {
  await act(async () => press(element, from));
  for (const share of [0.3, 0.7, 1]) {
    await act(async () => move([from[0] + by[0] * share, from[1] + by[1] * share]));
  }
  await act(async () => release([from[0] + by[0], from[1] + by[1]]));
}

// Zooms and pans, moves a node, resizes the group, connects two nodes, and selects.
async function work() {
  const pane = find(".react-flow__pane");
  await act(async () => wheel(pane, [412, 273], 187));
  await act(async () => wheel(pane, [700, 90], -61));
  await drag(pane, [600, 700], [-37.3, 21.7]);
  await drag(card("enrich"), centre(card("enrich")), [33.3, -12.9]);
  await drag(card("jot"), centre(card("jot")), [25.7, 18.1]);
  await act(async () => click(card("yard")));
  const corner = find(".react-flow__resize-control.handle.bottom.right");
  await drag(corner, centre(corner), [60.5, 41.3]);
  await connect('[data-nodeid="firm"].source:not([data-handleid])', '[data-nodeid="follow_up"].target');
  await connect('[data-nodeid="is_big"][data-handleid="true"]', '[data-nodeid="take_in"].target');
  await act(async () => click(find('.react-flow__edge[data-id="e11"]')));
  await act(async () => key("Control", true));
  await act(async () => click(card("enrich")));
  await act(async () => key("Control", false));
}

async function connect(source, target) {
  for (const selector of [source, target]) {
    const handle = find(`.react-flow__handle${selector}`);
    await act(async () => click(handle, centre(handle)));
  }
}

// One entry a line: short, and a difference is seen.
function print(document) {
  const list = (entries) => `[\n${entries.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n")}\n  ]`;
  return `{\n  "nodes": ${list(document.nodes)},\n  "edges": ${list(document.edges)},\n  "viewport": ${JSON.stringify(document.viewport)}\n}\n`;
}

// The same keys and values; numbers may differ where a computer's last digit does.
function assertSame(found, expected, place = "") {
  if (typeof found === "number" && typeof expected === "number") {
    assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${place}: ${found}, not ${expected}`);
  } else if (found && expected && typeof found === "object" && typeof expected === "object") {
    assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort(), `the keys of ${place || "the document"}`);
    for (const each of Object.keys(expected)) assertSame(found[each], expected[each], `${place}/${each}`);
  } else {
    assert.equal(found, expected, place);
  }
}

const [mode, file] = process.argv.slice(2);
assert.ok(file && ["write", "compare"].includes(mode), "usage: node draw.mjs write|compare FILE");
assert.deepEqual(new Set(nodes.map((node) => node.type)), new Set(kinds), "a kind is not drawn");

const fresh = await mount({ nodes, edges });
await work();
const text = print(fresh.canvas.toObject());
await fresh.unmount();

const saved = JSON.parse(text);
const reopened = await mount(saved);
assert.deepEqual(JSON.parse(print(reopened.canvas.toObject())), saved, "opening it again changes it");
await reopened.unmount();
close();

if (mode === "write") {
  writeFileSync(file, text);
} else {
  assertSame(saved, JSON.parse(readFileSync(file, "utf8")));
}
console.log(`${saved.nodes.length} nodes of ${kinds.length} kinds, ${saved.edges.length} edges: ${mode === "write" ? "written" : "as in"} ${file}`);
