# Builds the virtual environment from the locked, hashed requirements; nothing of this stage but /opt/taphuan is kept.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1

WORKDIR /src
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN python -m venv /opt/taphuan \
    && /opt/taphuan/bin/python -m pip install --require-hashes -r requirements/runtime.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/python -m pip install --require-hashes -r requirements/build.txt

COPY pyproject.toml README.md ./
COPY bot bot
COPY channels channels
COPY content content
COPY exchange exchange
COPY handlers handlers
COPY learning learning
COPY reports reports
COPY roster roster
COPY scheduler scheduler
COPY storage storage
COPY web web
RUN /opt/build/bin/python -m pip wheel --no-build-isolation --no-deps --wheel-dir /wheels . \
    && /opt/taphuan/bin/python -m pip install --no-index --no-deps /wheels/taphuan-*.whl \
    && /opt/taphuan/bin/python -m pip uninstall --yes setuptools pip

FROM python:3.11-slim-bookworm

RUN groupadd --system --gid 10001 taphuan \
    && useradd --system --uid 10001 --gid taphuan --home-dir /data --shell /usr/sbin/nologin taphuan \
    && install --directory --owner=taphuan --group=taphuan --mode=0750 /data

COPY --from=build /opt/taphuan /opt/taphuan

ENV PATH=/opt/taphuan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TAPHUAN_DATABASE_URL=sqlite:////data/taphuan.db \
    TAPHUAN_HOST=0.0.0.0 \
    TAPHUAN_PORT=8080

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['TAPHUAN_PORT']}/healthz\", timeout=4)"]

ENTRYPOINT ["taphuan"]
CMD ["serve"]
