# syntax=docker/dockerfile:1
# One image per binary: `docker build --build-arg BINARY=users .`; what it runs is its arguments.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
ARG BINARY=weft
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --package "$BINARY" --bin "$BINARY" \
    && install -D "target/dist/$BINARY" "/out/usr/local/bin/$BINARY" \
    && ln -s "$BINARY" /out/usr/local/bin/entry

# glibc and nothing else: no shell, no package manager, no toolchain; user 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/ /
COPY schema /etc/weft
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["/usr/local/bin/entry"]
CMD ["--help"]
