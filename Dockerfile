# ocs in a container, on Debian 12. Build it in the checkout, and give it a folder for the runs:
#   docker build -t ocs .
#   docker run --rm -v "$PWD:/work" --user "$(id -u):$(id -g)" ocs demo
FROM debian:12-slim
COPY --from=mcr.microsoft.com/dotnet/sdk:10.0 /usr/share/dotnet /usr/share/dotnet
ENV PATH=$PATH:/usr/share/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libssl3 libstdc++6 zlib1g && rm -rf /var/lib/apt/lists/*
COPY . /opt/ocs
RUN /opt/ocs/ocs set-up && rm -rf /var/lib/apt/lists/* /root/.nuget /root/.npm
RUN useradd --create-home ocs && mkdir /work && chown ocs /work
USER ocs
WORKDIR /work
ENTRYPOINT ["/opt/ocs/ocs"]
CMD ["demo"]
