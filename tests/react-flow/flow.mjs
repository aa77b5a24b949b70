// A flow with a node of every kind, as the program behind an editor would hand it to the canvas: nothing is measured,
// nothing is selected yet. Keys that no engine knows are everywhere, because editors put them there.

import { MarkerType } from "@xyflow/react";

const node = (id, type, x, y, data, more = {}) => ({ id, type, position: { x, y }, data, ...more });

export const nodes = [
  node("yard", "group", 820, -60, { label: "For each contact", colour: "#e8f0ff" }, {
    style: { width: 620, height: 300, backgroundColor: "rgba(232, 240, 255, 0.4)" },
    zIndex: -1,
    className: "yard",
  }),
  node("sticky", "note", 0, -220, { label: "Why", params: { text: "Ask **Ada** first, then ring \u260e\ufe0f \u2013 na\u00efve, \u4f60\u597d\n" } }, {
    connectable: false,
    rotation: -1.5,
  }),

  node("intake", "trigger.webhook", 0, 0, {
    label: "Enquiry form",
    params: {
      respond: "node",
      signature: { scheme: "hmac-sha256", credential: "intake-key", header: "X-Signature", toleranceSeconds: 300 },
    },
  }),
  node("mondays", "trigger.schedule", 0, 120, {
    label: "Monday, half past eight",
    params: { cron: "30 8 * * MON", timezone: "Europe/Berlin", missed: "once" },
  }),
  node("fresh_lead", "trigger.event", 0, 240, {
    params: { event: "lead.created", filter: "trigger.lead.source == 'website'" },
  }, { ariaLabel: "A new lead", focusable: true }),
  node("by_hand", "trigger.manual", 0, 360, { label: "", params: {}, disabled: true }),

  node("reachable", "filter", 280, 120, { params: { condition: "trigger.email is defined and '@' in trigger.email" } }),
  node("tidy", "transform", 280, 240, {
    label: "Tidy up",
    params: {
      value: {
        name: "{{ trigger.name | trim | title }}",
        email: "{{ trigger.email | lower }}",
        tags: ["new", "{{ trigger.topic }}", null, true, 0.1, 12345678901, { deep: [[[]], {}] }],
        "odd/key~ with \"signs\"": "plain",
      },
    },
  }),
  node("score", "transform", 280, 360, { params: { expression: "(trigger.budget | default(0)) / 1000" } }),
  node("is_big", "if", 520, 0, { params: { condition: "steps.score > 50" } }),
  node("topic", "switch", 520, 240, {
    params: {
      value: "trigger.topic",
      cases: [
        { key: "web", equals: "web" },
        { key: "print-2", condition: "trigger.topic in ['print', 'poster']" },
      ],
    },
  }),

  node("enrich", "http.request", 520, 120, {
    label: "Look the company up",
    params: {
      method: "POST",
      url: "https://register.example/companies?near={{ trigger.city | default('Berlin') }}",
      headers: { "X-Trace": "{{ run.id }}", "X-Version": 2 },
      query: { full: true },
      body: { name: "{{ steps.tidy.name }}", limit: 10 },
      credential: "register",
      timeoutSeconds: 20,
      maxResponseBytes: 65536,
      failOnStatus: true,
    },
    retry: { attempts: 3, initialSeconds: 2, maxSeconds: 60 },
    timeoutSeconds: 90,
    onError: "branch",
  }),
  node("contacts", "forEach", 30, 60, {
    params: { items: "steps.enrich.body.contacts", concurrency: 2, result: "steps.jot" },
  }, { parentId: "yard", extent: "parent" }),
  node("jot", "lead.note", 330, 60, {
    params: { lead: "{{ item.lead }}", text: "Contact {{ index + 1 }}: {{ item.name }}" },
    onError: "continue",
  }, { parentId: "yard", extent: "parent", expandParent: true }),
  node("tell", "email.send", 820, 300, {
    params: {
      to: ["sales@studio.example", "{{ vars.owner }}"],
      subject: "The register does not answer",
      text: "{{ steps.enrich.message }}\n-- \nThe studio",
      html: "<p>{{ steps.enrich.message }}</p>",
    },
  }, { extent: [[700, 200], [1400, 900]] }),
  node("both", "merge", 1480, 0, { params: { mode: "any" } }, { origin: [0.5, 0] }),
  node("later", "wait", 1480, 120, { params: { hours: 1.5 } }),

  node("take_in", "lead.create", 820, 420, {
    params: {
      name: "{{ steps.tidy.name }}",
      email: "{{ steps.tidy.email }}",
      message: "{{ trigger.message }}",
      source: "website",
    },
  }, { width: 240, height: 64 }),
  node("onwards", "lead.move", 1100, 420, {
    params: { lead: "{{ steps.take_in.id }}", to: "CONTACTED", reason: "answered by machine" },
  }, { draggable: false }),
  node("firm", "company.create", 1100, 300, {
    params: { name: "{{ trigger.company }}", website: "https://{{ trigger.domain }}", industry: "print" },
  }),
  node("follow_up", "subflow", 1380, 420, {
    params: { automation: "0190163d-8694-739b-aea5-966c26f8ad91", input: { lead: "{{ steps.take_in.id }}" } },
  }),
  node("answer", "respond", 1720, 0, {
    params: { status: 202, headers: { "X-Run": "{{ run.id }}" }, body: { taken: true, at: "{{ now }}" } },
  }, { sourcePosition: "right", targetPosition: "left" }),
  node("enough", "stop", 1720, 120, { params: { message: "nothing left to do", output: { score: "{{ steps.score }}" } } }),
  node("no_way", "fail", 1720, 300, { params: { message: "Topic {{ trigger.topic }} is not ours" } }, { hidden: true }),
];

const arrow = { type: MarkerType.ArrowClosed, width: 18.5, height: 18.5, color: "#334155" };
const edge = (id, source, sourceHandle, target, more = {}) => ({ id, source, sourceHandle, target, ...more });

export const edges = [
  { id: "e1", source: "intake", target: "reachable", animated: true },
  edge("e2", "mondays", null, "reachable", { targetHandle: null, type: "smoothstep", pathOptions: { offset: 12.25, borderRadius: 8 } }),
  edge("e3", "fresh_lead", "out", "tidy", { markerEnd: arrow }),
  edge("e4", "by_hand", null, "score", { style: { stroke: "#94a3b8", strokeDasharray: "4 2", strokeWidth: 1.5 } }),
  edge("e5", "reachable", null, "tidy", { label: "has an address", labelStyle: { fontWeight: 600 }, labelBgPadding: [8, 4] }),
  edge("e6", "tidy", null, "score", { type: "step" }),
  edge("e7", "score", null, "is_big", { type: "straight", markerStart: "dot", markerEnd: { type: MarkerType.Arrow } }),
  edge("e8", "is_big", "true", "enrich", { label: "yes", animated: true, data: { colour: "#16a34a", bends: [{ x: 640.5, y: 80.125 }] } }),
  edge("e9", "is_big", "false", "topic", { label: "no", deletable: false }),
  edge("e10", "enrich", null, "contacts", { zIndex: 3, interactionWidth: 24 }),
  edge("e11", "enrich", "error", "tell", { type: "worded", data: { words: ["when", "it", "fails"] }, className: "error", markerEnd: arrow }),
  edge("e12", "contacts", "item", "jot", { animated: true, reconnectable: "target" }),
  edge("e13", "contacts", "done", "both"),
  edge("e14", "tell", null, "firm", { hidden: true }),
  edge("e15", "tell", "error", "no_way"),
  edge("e16", "firm", null, "both", { selectable: false, focusable: false }),
  edge("e17", "topic", "case:web", "take_in", { ariaLabel: "web work" }),
  edge("e18", "topic", "case:print-2", "firm"),
  edge("e19", "topic", "default", "no_way"),
  edge("e20", "take_in", null, "onwards"),
  edge("e21", "onwards", null, "follow_up"),
  edge("e23", "follow_up", null, "both"),
  edge("e24", "both", null, "later"),
  edge("e25", "later", null, "answer"),
  edge("e26", "answer", null, "enough"),
];
