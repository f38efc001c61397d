# syntax=docker/dockerfile:1

FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
COPY lab/package.json lab/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY lab/tsconfig.json lab/
COPY lab/src lab/src
RUN node scripts/build.mjs

FROM base AS production-dependencies
COPY package.json package-lock.json ./
COPY lab/package.json lab/
RUN npm ci --omit=dev --workspaces=false --ignore-scripts --no-audit --no-fund

# An Aiven-compatible API over real PostgreSQL servers, to try the worker on.
FROM base AS lab
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/lab lab
COPY deploy/database.sql deploy/lab.mjs deploy/
USER node
EXPOSE 9200
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=12 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9200/_lab').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "deploy/lab.mjs"]

# The last stage is the default: what `docker build .` makes is the worker.
FROM base AS worker
ENV NODE_ENV=production \
    SWITCHBACK_READY_FILE=/tmp/switchback.ready
COPY --from=build /app/package.json ./
COPY --from=production-dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
# A new volume takes its owner from here.
RUN mkdir /evidence && chown node:node /evidence
USER node
# The file holds the process id while the worker polls.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "process.kill(Number(require('node:fs').readFileSync(process.env.SWITCHBACK_READY_FILE, 'utf8')), 0)"]
CMD ["node", "--enable-source-maps", "dist/worker.js"]
