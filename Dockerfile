# The whole image is one static binary: docker build -t flowmock . && docker run --rm -p 127.0.0.1:8080:8080 flowmock
#
# It is for the architecture of the builder; docker buildx build --platform linux/arm64 needs a builder of that kind, or QEMU
# and hours. Releases are compiled on machines of both kinds: .ci/image-context makes an image of binaries that exist.

# For docker buildx build --sbom=true: the crates in the binary are listed in Cargo.lock, which is in the context only.
ARG BUILDKIT_SBOM_SCAN_CONTEXT=true

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# The dependencies have a layer of their own, built with empty crates of ours from the files that determine them. It is
# rebuilt only when one of these files changes.
COPY Cargo.toml Cargo.lock ./
COPY src/json_schema/Cargo.toml src/json_schema/
COPY .ci/build-static .ci/
RUN echo 'fn main() {}' >src/main.rs && touch src/lib.rs src/json_schema/lib.rs && bash .ci/build-static /empty
COPY fixtures fixtures
COPY src src
COPY .ci/train .ci/
# --build-arg PROFILED=yes builds the server as for releases, which takes more than twice as long: requests take a tenth less time, and an
# idle server a quarter less memory.
ARG PROFILED
# Cargo compares times, and these files may be older than the empty ones.
RUN touch src/main.rs src/lib.rs src/json_schema/lib.rs && bash .ci/build-static ${PROFILED:+--profiled} /out && mkdir /out/tls

FROM scratch
COPY --from=build /out/flowmock /flowmock
# For FLOWMOCK_TLS_SELF_SIGNED=/tls: a new named volume gets the owner of this folder.
COPY --from=build --chown=65532:65532 /out/tls /tls
# A number, since there is no /etc/passwd.
USER 65532:65532
# The port is that of the variable PORT, or 8080.
ENV FLOWMOCK_LISTEN=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=1s --retries=3 CMD ["/flowmock", "healthcheck"]
ENTRYPOINT ["/flowmock"]
# The commit, and the time of the build as in RFC 3339.
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="flowmock" \
      org.opencontainers.image.description="A local stand-in for Adobe Experience Platform's Flow Service" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
