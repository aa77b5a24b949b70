// A document without a screen, and the little layout that the canvas measures.

import { JSDOM } from "jsdom";

const WINDOW = { width: 1280, height: 800 };
const HANDLE = 8;

const { window } = new JSDOM("<!doctype html><div id='root'></div>", { pretendToBeVisual: true });

const number = (text) => Number.parseFloat(text) || 0;
const translation = (element) => (element.style.transform.match(/-?[\d.]+(?:e-?\d+)?/g) ?? [0, 0, 1]).map(Number);

// What style sheets would say: cards are as wide as their label, handles are small, everything else fills the window.
function size(element) {
  if (element.classList.contains("react-flow__handle")) return { width: HANDLE, height: HANDLE };
  if (element.classList.contains("react-flow__resize-control")) return { width: 5, height: 5 };
  if (element.classList.contains("react-flow__node")) {
    const width = Math.min(260, 96 + 7 * element.textContent.length);
    return { width: number(element.style.width) || width, height: number(element.style.height) || 48 };
  }
  return WINDOW;
}

function box(element) {
  const { width, height } = size(element);
  const node = element.closest(".react-flow__node");
  if (!node) return { x: 0, y: 0, width, height };
  const [panX, panY, zoom] = translation(element.closest(".react-flow__viewport"));
  let [x, y] = translation(node);
  if (element !== node) {
    const card = size(node);
    x += element.classList.contains("source") || element.classList.contains("right") ? card.width - width / 2 : -width / 2;
    y += (number(element.style.top || "50%") / 100) * card.height - height / 2;
  }
  return { x: panX + x * zoom, y: panY + y * zoom, width: width * zoom, height: height * zoom };
}

Object.defineProperties(window.HTMLElement.prototype, {
  offsetWidth: { get() { return size(this).width; } },
  offsetHeight: { get() { return size(this).height; } },
  clientWidth: { get() { return size(this).width; } },
  clientHeight: { get() { return size(this).height; } },
});
window.Element.prototype.getBoundingClientRect = function () {
  const { x, y, width, height } = box(this);
  return { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
};
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 40, height: 16 });
window.document.elementFromPoint = (x, y) =>
  [...window.document.querySelectorAll(".react-flow__handle")].find((handle) => {
    const { left, right, top, bottom } = handle.getBoundingClientRect();
    return left <= x && x <= right && top <= y && y <= bottom;
  }) ?? null;

window.ResizeObserver = class {
  constructor(report) { this.report = report; }
  observe(target) { queueMicrotask(() => this.report([{ target }], this)); }
  unobserve() {}
  disconnect() {}
};
window.DOMMatrixReadOnly = class {
  constructor(transform) { this.m22 = number(/scale\(([^)]+)\)/.exec(transform)?.[1] ?? "1"); }
};

// Node has a `navigator` of its own, which is not to be overwritten by assignment.
for (const name of ["window", "document", "navigator", "HTMLElement", "SVGElement", "Element", "Node", "ResizeObserver", "DOMMatrixReadOnly", "getComputedStyle", "requestAnimationFrame", "cancelAnimationFrame"]) {
  const value = name === "window" ? window : window[name];
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

export const find = (selector) => {
  const element = window.document.querySelector(selector);
  if (!element) throw new Error(`nothing on the canvas is ${selector}`);
  return element;
};

export const count = (selector) => window.document.querySelectorAll(selector).length;

const at = ([clientX, clientY], more) => ({ bubbles: true, cancelable: true, view: window, button: 0, clientX, clientY, ...more });

export function wheel(element, point, deltaY) {
  element.dispatchEvent(new window.WheelEvent("wheel", at(point, { deltaY })));
}

export function click(element, point = [0, 0]) {
  element.dispatchEvent(new window.MouseEvent("click", at(point)));
}

export function press(element, point) {
  element.dispatchEvent(new window.MouseEvent("mousedown", at(point, { buttons: 1 })));
}

export function move(point) {
  window.document.dispatchEvent(new window.MouseEvent("mousemove", at(point, { buttons: 1 })));
}

export function release(point) {
  window.document.dispatchEvent(new window.MouseEvent("mouseup", at(point)));
}

export function key(name, down) {
  window.document.dispatchEvent(new window.KeyboardEvent(down ? "keydown" : "keyup", { bubbles: true, key: name, code: name }));
}

export const centre = (element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return [(left + right) / 2, (top + bottom) / 2];
};

export const close = () => window.close();
