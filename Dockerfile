# The images of the service profile. `docker compose up` builds them: service, proxy, minio, clamav.
# REGISTRY: where a council mirrors the public base images, with a slash at its end.
ARG REGISTRY=""
ARG DEBIAN=debian:12.12-slim

# --- front-end packages ---------------------------------------------------------------------------
FROM ${REGISTRY}node:20.20.2-bookworm-slim AS front-end
WORKDIR /opt/edrms
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# --- Python libraries, laid-out front end, translations -------------------------------------------
FROM ${REGISTRY}${DEBIAN} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008 # Debian keeps only its newest security release, so a pinned one vanishes
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 python3-venv python3-pip \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/edrms
COPY requirements/runtime.lock requirements/
RUN python3 -m venv --without-pip .venv \
  && pip --python .venv/bin/python install --no-cache-dir --require-hashes --only-binary :all: \
    -r requirements/runtime.lock
COPY pyproject.toml LICENSE ./
COPY edrms edrms
COPY scanning scanning
COPY search search
COPY retention retention
COPY api api
COPY --from=front-end /opt/edrms/node_modules node_modules
RUN pip --python .venv/bin/python install --no-cache-dir --no-deps --no-build-isolation -e . \
  && .venv/bin/python -m api.web.assets \
  && rm -rf node_modules requirements build \
  && .venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
    .venv api edrms retention scanning search

# --- programs that are published as source only, or whose image would need more rights -------------
FROM ${REGISTRY}golang:1.26.8-bookworm AS go
ENV CGO_ENABLED=0 GOBIN=/out GOTOOLCHAIN=local
RUN go install -trimpath -ldflags=-s github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
# hadolint ignore=DL3059 # apart, so that a new version of one does not build the other again
RUN go install -trimpath -ldflags=-s github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.4

# --- proxy: Caddy ---------------------------------------------------------------------------------
FROM ${REGISTRY}${DEBIAN} AS proxy
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get upgrade -y \
  && apt-get install -y --no-install-recommends ca-certificates curl \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o 10004 -g 10004 -m 0700 /data
COPY --from=go /out/caddy /usr/local/bin/caddy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
USER 10004:10004
ENTRYPOINT ["caddy"]
CMD ["run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]

# --- minio: the object store ----------------------------------------------------------------------
FROM ${REGISTRY}${DEBIAN} AS minio
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get upgrade -y \
  && apt-get install -y --no-install-recommends ca-certificates curl \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o 10002 -g 10002 -m 0700 /data
COPY --from=go /out/minio /usr/local/bin/minio
USER 10002:10002
ENTRYPOINT ["minio"]
CMD ["server", "--quiet", "/data"]

# --- clamav: the virus scanner and the fetcher of its signatures ----------------------------------
FROM ${REGISTRY}${DEBIAN} AS clamav
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get upgrade -y \
  && apt-get install -y --no-install-recommends ca-certificates clamav-daemon clamav-freshclam clamdscan \
  && rm -rf /var/lib/apt/lists/* /var/lib/clamav \
  && install -d -o 10003 -g 10003 -m 0755 /var/lib/clamav
COPY deploy/clamd.conf deploy/freshclam.conf /etc/clamav/
USER 10003:10003
CMD ["clamd", "--config-file=/etc/clamav/clamd.conf"]

# --- service: web, worker and every `edrms` command -----------------------------------------------
FROM ${REGISTRY}${DEBIAN} AS service
LABEL org.opencontainers.image.title="EDRMS" \
  org.opencontainers.image.description="Electronic document and records management for social care" \
  org.opencontainers.image.licenses="Apache-2.0"
# Fonts: for PDF files that name a typeface without bringing it.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get upgrade -y \
  && apt-get install -y --no-install-recommends ca-certificates python3 tesseract-ocr \
    tesseract-ocr-eng tesseract-ocr-cym tesseract-ocr-osd libmagic1 fonts-dejavu-core fonts-liberation \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 edrms \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/edrms \
    --shell /usr/sbin/nologin edrms \
  && install -d -o edrms -g edrms -m 0700 /var/lib/edrms \
  && install -d -o edrms -g edrms -m 0750 /secrets/edrms /secrets/owner /secrets/postgres /secrets/minio \
    /secrets/audit /secrets/disposal /var/lib/edrms-checkpoints
COPY --from=build /opt/edrms /opt/edrms
ENV PATH=/opt/edrms/.venv/bin:/usr/local/bin:/usr/bin:/bin \
  LANG=C.UTF-8 \
  PYTHONDONTWRITEBYTECODE=1 \
  PYTHONUNBUFFERED=1
WORKDIR /opt/edrms
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["edrms"]
CMD ["--help"]
