# Makes a template of any image with glibc: docs/images.md. BASE is yours, TEMPLATE one of this project's, both named by digest.
ARG BASE
ARG TEMPLATE
FROM ${TEMPLATE} AS template

FROM ${BASE}
# The agent is root and what starts first, whatever the image was made for. Commands are not.
USER 0
ENTRYPOINT []
CMD ["/opt/matrx/bin/node", "--max-semi-space-size=1", "--no-maglev", "--no-turbofan", "--expose-gc", "/opt/matrx/agent.cjs"]
# Commands run as this user; whoever has the id 1000 already, as in Ubuntu's images, makes room.
RUN if taken=$(getent passwd 1000 | cut -d : -f 1) && [ "$taken" ]; then userdel --remove "$taken"; fi; \
    if ! getent group 1000; then groupadd --gid 1000 agent; fi; \
    useradd --uid 1000 --gid 1000 --create-home --home-dir /home/agent --shell /bin/bash agent
COPY --from=template /opt/matrx /opt/matrx
RUN ln -sf /opt/matrx/programs/* /usr/local/bin/
# Faults are named here, and not by a sandbox that doesn't start.
RUN ["/opt/matrx/bin/check-template"]
