// Creates, reads, updates, upserts and deletes on all nine models of the seed, as a login that holds `kairo_direct`,
// and looks at what the database kept right by itself meanwhile.

import assert from "node:assert/strict";

import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";

import { PrismaClient } from "./generated/client";

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DIRECT_URL }) });
const admin = new pg.Client({ connectionString: process.env.ADMIN_URL });

let passed = 0;
let failed = 0;

async function check(sentence: string, act: () => Promise<void>) {
  try {
    await act();
    passed += 1;
    console.log(`ok    ${sentence}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${sentence}\n${error}`);
  }
}

const words = { nodes: [{ id: "start", type: "trigger.manual", position: { x: 0, y: 0 }, data: {} }], edges: [] };
const made: Record<string, string> = {};

// Parents first. `change` is what the update says, `again` what the upsert of the same row says, and `fresh` tells the
// second row, which the upsert creates, from the first.
const models = [
  {
    model: "company",
    create: () => ({ name: "Harbour Optics", website: "https://harbour.example", metadata: { size: 40 } }),
    change: { industry: "Optics" },
    again: { industry: "Photonics" },
    fresh: () => ({ name: "Second Company" }),
  },
  {
    model: "user",
    create: () => ({ email: "Ada@harbour.example", passwordHash: "!", role: "TEAM", companyId: made.company }),
    change: { name: "Ada" },
    again: { name: "Ada L." },
    fresh: () => ({ email: "second@harbour.example" }),
    // The one upsert that says ON CONFLICT (email), which is why the plain unique constraint stays.
    unique: (row: any) => ({ email: row.email }),
  },
  {
    model: "project",
    create: () => ({
      slug: "harbour-optics",
      title: "A lens in the browser",
      summary: "Configurator",
      content: [{ type: "text", text: "One block" }],
      metrics: { conversion: "+38 %" },
      tags: ["webgl", "configurator"],
      companyId: made.company,
    }),
    change: { published: true, tags: { push: "case-study" } },
    again: { summary: "A configurator" },
    fresh: () => ({ slug: "second-project" }),
    unique: (row: any) => ({ slug: row.slug }),
  },
  {
    model: "service",
    create: () => ({ slug: "web-3d", title: "Web 3D", description: "Scenes that load fast.", content: { blocks: [] } }),
    change: { featuredOrder: 1, published: false },
    again: { tagline: "Light as air" },
    fresh: () => ({ slug: "second-service" }),
    unique: (row: any) => ({ slug: row.slug }),
  },
  {
    model: "automation",
    create: () => ({ title: "Greet", flow: words, userId: made.user }),
    change: { status: "ACTIVE", executionCount: { increment: 1 } },
    again: { status: "PAUSED" },
    fresh: () => ({ title: "Second automation", flow: {} }),
  },
  {
    model: "automationRun",
    create: () => ({ status: "RUNNING", logs: [{ level: "info", text: "started" }], automationId: made.automation }),
    change: { status: "SUCCESS" },
    again: { logs: [] },
    fresh: () => ({ status: "FAILED", error: "the second run" }),
  },
  {
    model: "asset",
    create: () => ({ filename: "lens.glb", url: "/assets/lens.glb", type: "MODEL", createdBy: made.user }),
    change: { sizeBytes: 2_147_483_647, metadata: { vertices: 120_000 } },
    again: { mimeType: "model/gltf-binary" },
    fresh: () => ({ filename: "second.glb" }),
  },
  {
    model: "lead",
    create: () => ({ name: "Grace", email: "grace@example.com", message: "Hello", source: "CONTACT_FORM" }),
    change: { status: "CONTACTED", utmSource: "newsletter" },
    again: { company: "Example Ltd" },
    fresh: () => ({ name: "Second lead" }),
  },
  {
    model: "session",
    create: () => ({ refreshToken: "a".repeat(64), expiresAt: new Date(Date.now() + 3_600_000), userId: made.user }),
    change: { userAgent: "Firefox" },
    again: { ipAddress: "192.0.2.7" },
    fresh: () => ({ refreshToken: "b".repeat(64) }),
    unique: (row: any) => ({ refreshToken: row.refreshToken }),
  },
];

const table = (model: string): any => (prisma as any)[model];
const byId = (row: any) => ({ id: row.id });
const rows: Record<string, any> = {};
const seconds: Record<string, any> = {};

async function keptByTriggers() {
  await check("updated_at moves when an UPDATE leaves it alone", async () => {
    await prisma.$executeRaw`UPDATE leads SET phone = '112' WHERE id = ${made.lead}::uuid`;
    const lead = await prisma.lead.findUniqueOrThrow({ where: { id: made.lead } });
    assert.ok(lead.updatedAt > rows.lead.updatedAt);
  });
  await check("version is raised by every change", async () => {
    const [{ version }] = await prisma.$queryRaw<any[]>`SELECT version FROM leads WHERE id = ${made.lead}::uuid`;
    assert.equal(version, 4); // update, upsert, phone
  });
  await check("a run that is said to have succeeded has ended", async () => {
    const [run] = await prisma.$queryRaw<any[]>`SELECT * FROM automation_runs WHERE id = ${made.automationRun}::uuid`;
    assert.equal(run.phase, "SUCCESS");
    assert.ok(run.completed_at >= run.started_at && run.duration_ms >= 0n);
  });
  await check("a run that is inserted as failed has ended", async () => {
    const run = await prisma.automationRun.findUniqueOrThrow({ where: byId(seconds.automationRun) });
    assert.ok(run.completedAt !== null && run.durationMs !== null);
  });
  await check("an empty flow has both lists", async () => {
    assert.deepEqual(seconds.automation.flow, { nodes: [], edges: [] });
  });
  await check("an illegal lead transition is refused", async () => {
    const move = prisma.lead.update({ where: { id: made.lead }, data: { status: "NEW" } });
    await assert.rejects(move, /illegal lead transition CONTACTED -> NEW/);
  });
  await check("an address that differs in case only is taken", async () => {
    const twin = prisma.user.create({ data: { email: "ADA@harbour.example", passwordHash: "!" } });
    await assert.rejects(twin, { code: "P2002" });
  });
  await check("relations are followed in both directions", async () => {
    const company = await prisma.company.findUniqueOrThrow({
      where: { id: made.company },
      include: { projects: true, users: { include: { automations: { include: { runs: true } }, assets: true } } },
    });
    assert.ok(company.projects.length > 0);
    assert.ok(company.users.some((user) => user.automations.some((automation) => automation.runs.length > 0)));
  });
}

async function recordedInTheJournal() {
  await check("every change is in the journal as made directly, without values", async () => {
    const { rows: entries } = await admin.query(
      "SELECT resource, array_agg(DISTINCT verb ORDER BY verb) AS verbs FROM kairo.journal WHERE actor = 'direct' GROUP BY 1",
    );
    const all = ["create", "delete", "update"];
    const resources = ["asset", "automation", "company", "lead", "project", "run", "service", "session", "user"];
    const seen = Object.fromEntries(entries.map(({ resource, verbs }) => [resource, verbs]));
    assert.deepEqual(seen, Object.fromEntries(resources.map((resource) => [resource, all])));
    const { rows: leaks } = await admin.query("SELECT 1 FROM kairo.journal WHERE body::text ~ 'grace|Grace|112|Firefox'");
    assert.equal(leaks.length, 0);
  });
  await check("the client cannot read the journal", async () => {
    await assert.rejects(prisma.$queryRaw`SELECT 1 FROM kairo.journal`, /permission denied/);
  });
}

await admin.connect();

for (const { model, create } of models) {
  await check(`${model}: created`, async () => {
    rows[model] = await table(model).create({ data: create() });
    made[model] = rows[model].id;
  });
}
for (const { model } of models) {
  await check(`${model}: read back, whole`, async () => {
    assert.deepEqual(await table(model).findUniqueOrThrow({ where: byId(rows[model]) }), rows[model]);
    assert.ok((await table(model).findMany({ where: byId(rows[model]) })).length === 1);
  });
}
for (const { model, change } of models) {
  await check(`${model}: updated`, async () => {
    const before = rows[model];
    rows[model] = await table(model).update({ where: byId(before), data: change });
    for (const field of Object.keys(change)) {
      assert.notDeepEqual(rows[model][field], before[field], field);
    }
    assert.ok(before.updatedAt === undefined || rows[model].updatedAt >= before.updatedAt);
  });
}
for (const { model, create, again, fresh, unique = byId } of models) {
  await check(`${model}: upserted, once into the old row and once into a new one`, async () => {
    const old = await table(model).upsert({ where: unique(rows[model]), create: create(), update: again });
    assert.equal(old.id, rows[model].id);
    assert.notDeepEqual(old, rows[model]);
    rows[model] = old;
    const id = crypto.randomUUID();
    const second = { ...create(), ...fresh(), id } as any;
    seconds[model] = await table(model).upsert({ where: unique(second), create: second, update: {} });
    assert.equal(seconds[model].id, id);
  });
}

await keptByTriggers();

for (const { model } of models.toReversed()) {
  await check(`${model}: deleted`, async () => {
    await table(model).delete({ where: byId(rows[model]) });
    await table(model).deleteMany({ where: byId(seconds[model]) });
    assert.equal(await table(model).count(), 0);
  });
}

await recordedInTheJournal();

await prisma.$disconnect();
await admin.end();

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
