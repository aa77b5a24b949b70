import { defineConfig } from "prisma/config";

export default defineConfig({
  schema: "../../docs/interop/schema.prisma",
  // Generating needs no database, so an absent URL is no fault here.
  datasource: { url: process.env.DATABASE_URL ?? "" },
});
