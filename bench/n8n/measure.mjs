// Sets a started n8n up with one workflow, fires it, and says how fast its rows come in.
//
// From the environment: BASE (where n8n listens), NODE_MODULES (where it is installed), DATABASE_URL (its database),
// N8N_PID and POSTGRES_PID (whose processor time is told), RUNS, CONNECTIONS, QUIET_SECONDS (how long to wait for a quiet
// machine).

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const { BASE, NODE_MODULES, DATABASE_URL, N8N_PID, POSTGRES_PID } = process.env;
const RUNS = Number(process.env.RUNS);
const CONNECTIONS = Number(process.env.CONNECTIONS);
const QUIET_SECONDS = Number(process.env.QUIET_SECONDS);
const WARM_UP = 50;
const PACED = 100;
const PATIENCE_MS = 300_000;

const pg = createRequire(`${NODE_MODULES}/n8n/package.json`)("pg");
const database = new pg.Client({ connectionString: DATABASE_URL });
const rows = async (sql, values) => (await database.query(sql, values)).rows;
const say = (text) => console.error(`     ${text}`);

let cookie = "";
async function rest(path, body) {
  const response = await fetch(`${BASE}/rest${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${path} answers ${response.status}: ${text.slice(0, 500)}`);
  const set = response.headers.getSetCookie().map((each) => each.split(";")[0]);
  if (set.length > 0) cookie = set.join("; ");
  return JSON.parse(text).data;
}

async function setUp() {
  await rest("/owner/setup", { email: "owner@bench.example", firstName: "Bench", lastName: "Owner", password: "Correct-horse-9" });
  const url = new URL(DATABASE_URL);
  const credential = await rest("/credentials", {
    name: "Notes",
    type: "postgres",
    data: {
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      user: url.username,
      password: url.password,
      ssl: "disable",
      sshTunnel: false,
    },
  });
  const workflow = JSON.parse(readFileSync(new URL("workflow.json", import.meta.url), "utf8"));
  workflow.nodes.at(-1).credentials = { postgres: { id: credential.id, name: credential.name } };
  const made = await rest("/workflows", workflow);
  await rest(`/workflows/${made.id}/activate`, { versionId: made.versionId, name: "", description: "" });
}

const now = () => performance.timeOrigin + performance.now();
const fired = new Map();

async function fire(seq) {
  fired.set(seq, now());
  const response = await fetch(`${BASE}/webhook/notes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seq, name: `visitor ${seq}` }),
  });
  await response.arrayBuffer();
  assert.equal(response.status, 200);
}

// A webhook is registered a moment after its workflow is active.
async function firstRun() {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      return await fire(0);
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(200);
    }
  }
}

async function burst(from, count) {
  let next = from;
  const connection = async () => {
    while (next < from + count) await fire(next++);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

async function paced(from, count, perSecond) {
  const sent = [];
  for (let seq = from; seq < from + count; seq += 1) {
    sent.push(fire(seq));
    await sleep(1_000 / perSecond);
  }
  await Promise.all(sent);
}

// Until every run has its row and is saved as a success.
async function settle(total) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const [{ notes, saved, failed }] = await rows(
      `SELECT (SELECT count(*)::int FROM notes) AS notes,
              count(*) FILTER (WHERE status = 'success')::int AS saved,
              count(*) FILTER (WHERE status IN ('error', 'crashed', 'canceled'))::int AS failed
         FROM execution_entity`,
    );
    assert.equal(failed, 0, "runs failed");
    if (notes >= total && saved >= total) return;
    assert.ok(Date.now() < until, `after ${PATIENCE_MS / 1000} s only ${notes} rows and ${saved} saved runs of ${total}`);
    say(`${notes} rows, ${saved} of ${total} runs saved`);
    await sleep(1_000);
  }
}

// When the rows of these runs were committed, in milliseconds; and when the last run was saved.
async function committed(from, count) {
  const notes = await rows(
    "SELECT seq, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 AS at FROM notes WHERE seq >= $1 AND seq < $2",
    [from, from + count],
  );
  assert.equal(notes.length, count, "a run left no row, or more than one");
  const [{ at }] = await rows(
    "SELECT max(extract(epoch FROM pg_xact_commit_timestamp(xmin))) * 1000 AS at FROM execution_entity",
  );
  return { rows: new Map(notes.map((note) => [note.seq, Number(note.at)])), saved: Number(at) };
}

function latencies(rows) {
  const sorted = [...rows].map(([seq, at]) => at - fired.get(seq)).sort((a, b) => a - b);
  return (share) => sorted[Math.round((sorted.length - 1) * share)].toFixed(0);
}

// Milliseconds of processor time: of a process with the children that are there and those that have ended.
function processorTime(pid) {
  const ticks = (stat, fields) => fields.reduce((sum, field) => sum + Number(stat[field]), 0);
  let sum = 0;
  for (const each of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${each}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      if (each === pid) sum += ticks(stat, [11, 12, 13, 14]);
      else if (stat[1] === pid) sum += ticks(stat, [11, 12]);
    } catch {
      // It ended meanwhile.
    }
  }
  return sum * 10;
}

function machineTime() {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8").split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * 10;
}

function meter() {
  const { user, system } = process.cpuUsage();
  return {
    at: now(),
    n8n: processorTime(N8N_PID),
    postgres: processorTime(POSTGRES_PID),
    client: (user + system) / 1_000,
    machine: machineTime(),
  };
}

const difference = (after, before) =>
  Object.fromEntries(Object.keys(after).map((each) => [each, after[each] - before[each]]));

// The share of the machine that is spent on something else.
const others = ({ at, n8n, postgres, client, machine }) =>
  Math.max(0, (machine - n8n - postgres - client) / (at * availableParallelism()));

async function quiet() {
  const until = Date.now() + QUIET_SECONDS * 1_000;
  for (let told = false; Date.now() < until; told = true) {
    const before = meter();
    await sleep(2_000);
    if (others(difference(meter(), before)) < 0.1) return;
    if (!told) say(`waiting for others on this machine, at most ${QUIET_SECONDS} s`);
  }
  say("the machine is not quiet: the figures will be worse than they could be");
}

await database.connect();
await database.query("CREATE TABLE notes (id bigserial PRIMARY KEY, seq integer NOT NULL, text text NOT NULL)");
say("setting up");
await setUp();
await firstRun();
await burst(1, WARM_UP - 1);
await settle(WARM_UP);

await quiet();
say(`firing ${RUNS} runs over ${CONNECTIONS} connections`);
const start = meter();
await burst(WARM_UP, RUNS);
const answered = now();
await settle(WARM_UP + RUNS);
const used = difference(meter(), start);
const many = await committed(WARM_UP, RUNS);
const rate = (RUNS * 1_000) / (Math.max(...many.rows.values()) - start.at);

const pace = rate / 4;
say(`firing ${PACED} runs, ${pace.toFixed(1)} a second`);
await paced(WARM_UP + RUNS, PACED, pace);
await settle(WARM_UP + RUNS + PACED);
const few = await committed(WARM_UP + RUNS, PACED);

const [ofMany, ofFew] = [latencies(many.rows), latencies(few.rows)];
console.log(
  [
    `runs_per_second=${rate.toFixed(1)}`,
    `p50_ms=${ofMany(0.5)}`,
    `p99_ms=${ofMany(0.99)}`,
    `saved_per_second=${((RUNS * 1_000) / (many.saved - start.at)).toFixed(1)}`,
    `answered_per_second=${((RUNS * 1_000) / (answered - start.at)).toFixed(1)}`,
    `paced_p50_ms=${ofFew(0.5)}`,
    `paced_p99_ms=${ofFew(0.99)}`,
    `n8n_cpu_ms_per_run=${(used.n8n / RUNS).toFixed(1)}`,
    `postgres_cpu_ms_per_run=${(used.postgres / RUNS).toFixed(1)}`,
    `others_cpu=${(100 * others(used)).toFixed(0)}%`,
  ].join(" "),
);
await database.end();
