using System.Globalization;

namespace Ocs.Torch;

/// <summary>The meeting point of the processes of a run, and the rank of this one.</summary>
/// <param name="Host">The machine of the store.</param>
/// <param name="Port">Its port.</param>
/// <param name="Rank">The rank of this process, from 0.</param>
/// <param name="Size">The number of processes.</param>
public sealed record Rendezvous(string Host, int Port, int Rank, int Size)
{
    private const string StoreVariable = "OCS_STORE";
    private const string Loopback = "127.0.0.1";
    private const int DefaultPort = 29500;
    private const int LowestPort = 20000;
    private const int Ports = 10000;

    /// <summary>The rank among the processes of this machine, from 0. It is also the index of the GPU.</summary>
    public int LocalRank { get; init; }

    /// <summary>Whether this process runs the store; torchrun may run it instead.</summary>
    public bool HostsStore { get; init; } = Rank == 0;

    /// <summary>The prefix of keys in the store; torchrun's attempts share a store.</summary>
    public string Prefix { get; init; } = "ocs";

    /// <summary>The file of the store for processes of one machine; empty for a store at the host's port.</summary>
    public string StoreFile { get; init; } = "";

    /// <summary>The network interface for Gloo (GLOO_SOCKET_IFNAME); empty for that of the host's name.</summary>
    public string Interface { get; init; } = "";

    /// <summary>Whether all processes are on this machine, and need no network.</summary>
    public bool IsLocal => Host is Loopback or "localhost";

    /// <summary>Processes of one machine with a store on a free port. The caller starts them.</summary>
    public static Rendezvous OnThisMachine(int port, int rank, int size) =>
        new(Loopback, port, rank, size) { LocalRank = rank };

    /// <summary>
    /// Processes of one machine with a store in a file, so that no port is open. The caller starts them.
    /// </summary>
    public static Rendezvous OnThisMachine(string storeFile, int rank, int size) =>
        new(Loopback, 0, rank, size) { LocalRank = rank, HostsStore = false, StoreFile = storeFile };

    /// <summary>The environment variables that torchrun would set for a process.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToEnvironment() =>
    [
        new("MASTER_ADDR", Host),
        new("MASTER_PORT", Text(Port)),
        new("RANK", Text(Rank)),
        new("WORLD_SIZE", Text(Size)),
        new("LOCAL_RANK", Text(LocalRank)),
        new(StoreVariable, StoreFile),
    ];

    /// <summary>
    /// Reads the environment variables of torchrun (or Kubernetes' PyTorchJob), mpirun or srun, in this order; null for
    /// a single process.
    /// </summary>
    /// <exception cref="OcsInputException">The variables contradict each other, or one is missing.</exception>
    public static Rendezvous? FromEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var variables = new Variables(environment);
        var found = FromTorchrun(variables) ?? FromOpenMpi(variables) ?? FromSlurm(variables);
        return found is { Size: > 1 } ? found with { Interface = variables.Text("GLOO_SOCKET_IFNAME") ?? "" } : null;
    }

    // torchrun and PyTorchJob. https://docs.pytorch.org/docs/stable/elastic/run.html, "Environment Variables".
    private static Rendezvous? FromTorchrun(Variables variables)
    {
        if (!variables.Has("RANK") && !variables.Has("WORLD_SIZE"))
        {
            return null;
        }

        var (rank, size) = variables.RankOf("RANK", "WORLD_SIZE");
        if (size == 1)
        {
            return new(Loopback, DefaultPort, rank, size);
        }

        if (variables.Text(StoreVariable) is { } file)
        {
            return OnThisMachine(file, rank, size);
        }

        var attempt = variables.Text("TORCHELASTIC_RESTART_COUNT");
        return new(variables.Required("MASTER_ADDR"), variables.Port("MASTER_PORT") ?? DefaultPort, rank, size)
        {
            LocalRank = variables.Number("LOCAL_RANK", 0, size) ?? 0,
            HostsStore = rank == 0 && variables.Text("TORCHELASTIC_USE_AGENT_STORE") != "True",
            Prefix = attempt is null ? "ocs" : $"ocs/attempt_{attempt}",
        };
    }

    // https://docs.open-mpi.org/en/v5.0.x/tuning-apps/environment-var.html. It does not name the machine of rank 0.
    private static Rendezvous? FromOpenMpi(Variables variables)
    {
        if (!variables.Has("OMPI_COMM_WORLD_RANK") && !variables.Has("OMPI_COMM_WORLD_SIZE"))
        {
            return null;
        }

        var (rank, size) = variables.RankOf("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
        var isOneMachine = variables.Number("OMPI_COMM_WORLD_LOCAL_SIZE", 1, size + 1) == size;
        var host = variables.Text("MASTER_ADDR") ?? (isOneMachine ? Loopback : null) ?? throw new OcsInputException(
            "mpirun runs this on several machines, and MASTER_ADDR does not name that of rank 0; "
            + "give it: mpirun -x MASTER_ADDR=HOST.");
        var job = variables.Text("PMIX_NAMESPACE") ?? variables.Text("OMPI_MCA_ess_base_jobid");
        return new(host, variables.Port("MASTER_PORT") ?? (job is null ? DefaultPort : PortOf(job)), rank, size)
        {
            LocalRank = variables.Number("OMPI_COMM_WORLD_LOCAL_RANK", 0, size) ?? 0,
        };
    }

    // https://slurm.schedmd.com/srun.html, "OUTPUT ENVIRONMENT VARIABLES". A batch script has a rank too, but is not a
    // job step: it runs alone.
    private static Rendezvous? FromSlurm(Variables variables)
    {
        if (!variables.Has("SLURM_PROCID") || !(variables.Has("SLURM_STEP_ID") || variables.Has("SLURM_STEPID")))
        {
            return null;
        }

        var (rank, size) = variables.RankOf(
            "SLURM_PROCID", variables.Has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS");
        var nodes = variables.Text("SLURM_STEP_NODELIST") ?? variables.Text("SLURM_JOB_NODELIST");
        var isOneMachine = (variables.Text("SLURM_STEP_NUM_NODES") ?? variables.Text("SLURM_NNODES")) == "1";
        var host = variables.Text("MASTER_ADDR")
            ?? (isOneMachine ? Loopback
                : nodes is null ? variables.Text("SLURM_LAUNCH_NODE_IPADDR")
                : SlurmHosts.First(nodes))
            ?? throw new OcsInputException(
                "SLURM_JOB_NODELIST does not name the machine of rank 0; set MASTER_ADDR to it.");
        var step = variables.Text("SLURM_STEP_ID") ?? variables.Text("SLURM_STEPID");
        return new(
            host, variables.Port("MASTER_PORT") ?? PortOf($"{variables.Text("SLURM_JOB_ID")}.{step}"), rank, size)
        {
            LocalRank = variables.Number("SLURM_LOCALID", 0, size) ?? 0,
        };
    }

    // The same port in every process, and probably another one for other jobs: FNV-1a, below the ephemeral ports.
    private static int PortOf(string job) =>
        LowestPort + (int)(job.Aggregate(0x811C9DC5, (hash, letter) => (hash ^ letter) * 0x01000193) % Ports);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Variables(IReadOnlyDictionary<string, string> Environment)
    {
        public string? Text(string name) =>
            Environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

        public bool Has(string name) => Text(name) is not null;

        public string Required(string name) => Text(name)
            ?? throw new OcsInputException(
                $"{name} names the machine where the processes of a run meet, but it is not set; set it.");

        public int? Port(string name) => Number(name, 1, 65536);

        /// <summary>An integer in a range; null if the variable is not set.</summary>
        public int? Number(string name, int lowest, int end) => Text(name) is not { } text
            ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= lowest
                && number < end
                ? number
                : throw new OcsInputException(
                    $"The environment variable {name} is '{text}', "
                    + $"but must be a whole number from {lowest} to {end - 1}.");

        public (int Rank, int Size) RankOf(string rank, string size)
        {
            var processes = Number(size, 1, int.MaxValue)
                ?? throw new OcsInputException(
                    $"The environment variable {rank} is set, but {size} is not; set both, or none for one process.");
            return Number(rank, 0, processes) is { } number
                ? (number, processes)
                : throw new OcsInputException(
                    $"The environment variable {size} is set, but {rank} is not; set both, or none for one process.");
        }
    }
}
