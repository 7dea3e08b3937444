# A headless Assay: an agent, a scheduler or the browser shell. Build: docker build -t assay .
FROM node:24-bookworm-slim AS build
WORKDIR /assay
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --loglevel=error
COPY . .
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts --loglevel=error

FROM node:24-bookworm-slim
RUN useradd --uid 1500 --create-home assay
WORKDIR /assay
COPY --from=build /assay/package.json ./
COPY --from=build /assay/node_modules ./node_modules
COPY --from=build /assay/out ./out
USER assay
ENV NODE_ENV=production XDG_DATA_HOME=/home/assay/.local/share
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD node -e "fetch('http://127.0.0.1:8377/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["node", "out/main/entries/cli.js"]
CMD ["agent", "--health-port", "8377"]
