# The whole image is one static binary: docker build -t flowmock . && docker run --rm -p 127.0.0.1:8080:8080 flowmock
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
# The dependencies have a layer of their own, built with an empty flowmock from the files that determine them. It is
# rebuilt only when one of these files changes.
COPY Cargo.toml Cargo.lock ./
COPY .ci/build-static .ci/
COPY src/json_schema src/json_schema
RUN echo 'fn main() {}' >src/main.rs && touch src/lib.rs && bash .ci/build-static /empty
COPY fixtures fixtures
COPY src src
# Cargo compares times, and these two files may be older than the empty ones.
RUN touch src/main.rs src/lib.rs && bash .ci/build-static /out && mkdir /out/tls

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
