// A small flow editor: a card for every kind of node, with the ports of that kind.

import { createElement as h, useCallback } from "react";
import {
  addEdge,
  BaseEdge,
  getBezierPath,
  Handle,
  NodeResizer,
  Position,
  ReactFlow,
  useEdgesState,
  useNodesState,
} from "@xyflow/react";

const OUT = () => [null];
const ACTION = () => [null, "error"];
const NONE = () => [];

const PORTS = {
  "trigger.manual": OUT,
  "trigger.webhook": OUT,
  "trigger.schedule": OUT,
  "trigger.event": () => [null, "out"],
  "http.request": ACTION,
  "email.send": ACTION,
  transform: ACTION,
  if: () => ["true", "false"],
  switch: (data) => [...data.params.cases.map((each) => `case:${each.key}`), "default"],
  filter: OUT,
  forEach: () => ["item", "done"],
  merge: OUT,
  wait: OUT,
  subflow: ACTION,
  respond: OUT,
  "lead.create": ACTION,
  "lead.move": ACTION,
  "lead.note": ACTION,
  "company.create": ACTION,
  fail: NONE,
  stop: NONE,
};

function Card({ type, data }) {
  const ports = PORTS[type](data);
  return h(
    "div",
    null,
    type.startsWith("trigger.") ? null : h(Handle, { type: "target", position: Position.Left }),
    data.label || type,
    ports.map((id, index) =>
      h(Handle, {
        key: String(id),
        ...(id === null ? {} : { id }),
        type: "source",
        position: Position.Right,
        style: { top: `${(100 * (index + 1)) / (ports.length + 1)}%` },
      }),
    ),
  );
}

const Note = ({ data }) => h("p", null, data.params.text);

const Group = ({ data }) => h("section", null, h(NodeResizer, { minWidth: 100, minHeight: 60 }), data.label);

function Worded({ data, markerEnd, ...ends }) {
  const [path, x, y] = getBezierPath(ends);
  return h(BaseEdge, { path, markerEnd, label: data.words.join(" "), labelX: x, labelY: y });
}

const nodeTypes = { ...Object.fromEntries(Object.keys(PORTS).map((kind) => [kind, Card])), note: Note, group: Group };
const edgeTypes = { worded: Worded };

export const kinds = Object.keys(nodeTypes);

export function Editor({ document, onInit, onError }) {
  const [nodes, , onNodesChange] = useNodesState(document.nodes);
  const [edges, setEdges, onEdgesChange] = useEdgesState(document.edges);
  const onConnect = useCallback((connection) => setEdges((all) => addEdge(connection, all)), [setEdges]);
  return h(ReactFlow, {
    nodes,
    edges,
    nodeTypes,
    edgeTypes,
    onNodesChange,
    onEdgesChange,
    onConnect,
    onInit,
    onError,
    ...(document.viewport ? { defaultViewport: document.viewport } : {}),
    defaultEdgeOptions: { markerEnd: { type: "arrow" }, data: null },
    minZoom: 0.1,
    deleteKeyCode: null,
  });
}
