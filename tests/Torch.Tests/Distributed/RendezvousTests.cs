namespace Ocs.Torch.Tests.Distributed;

/// <summary>What the starters of processes say in the environment.</summary>
public class RendezvousTests
{
    [Fact]
    public void Without_variables_a_process_is_alone() => Assert.Null(Read());

    [Fact]
    public void Torchrun_says_everything()
    {
        var found = Read(
            ("RANK", "3"), ("WORLD_SIZE", "4"), ("LOCAL_RANK", "1"), ("MASTER_ADDR", "node1"), ("MASTER_PORT", "4711"),
            ("GLOO_SOCKET_IFNAME", "eth1"));
        Assert.Equal(new("node1", 4711, 3, 4) { LocalRank = 1, Interface = "eth1" }, found);
        Assert.False(found!.HostsStore);
        Assert.False(found.IsLocal);
    }

    [Fact]
    public void Rank_0_hosts_the_store_unless_torchrun_does()
    {
        (string, string)[] first = [("RANK", "0"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "localhost")];
        Assert.True(Read(first)!.HostsStore);
        Assert.True(Read(first)!.IsLocal);
        Assert.Equal(29500, Read(first)!.Port);

        var agent = Read([.. first, ("TORCHELASTIC_USE_AGENT_STORE", "True"), ("TORCHELASTIC_RESTART_COUNT", "2")])!;
        Assert.False(agent.HostsStore);
        Assert.Equal("ocs/attempt_2", agent.Prefix);
    }

    [Fact]
    public void What_a_rendezvous_gives_to_a_process_is_what_that_process_finds()
    {
        var given = Rendezvous.OnThisMachine(12345, rank: 1, size: 3);
        Assert.Equal(given, Rendezvous.FromEnvironment(given.ToEnvironment().ToDictionary()));
        given = Rendezvous.OnThisMachine("/proc/1/fd/9", rank: 2, size: 3);
        Assert.Equal(given, Rendezvous.FromEnvironment(given.ToEnvironment().ToDictionary()));
        Assert.Equal(("/proc/1/fd/9", false, true), (given.StoreFile, given.HostsStore, given.IsLocal));
    }

    [Fact]
    public void One_process_of_torchrun_is_alone() => Assert.Null(Read(("RANK", "0"), ("WORLD_SIZE", "1")));

    [Theory]
    [InlineData("gpu1", "gpu1")]
    [InlineData("gpu1,gpu2", "gpu1")]
    [InlineData("node[003-006,010]", "node003")]
    [InlineData("node[7,9-12],login1", "node7")]
    [InlineData("rack[2-4]n[08,10-12]-ib", "rack2n08-ib")]
    [InlineData("a.b-c.example.org,d[1-2]", "a.b-c.example.org")]
    public void Slurm_meets_on_the_first_node(string nodes, string host)
    {
        var found = Read(
            ("SLURM_PROCID", "5"), ("SLURM_NTASKS", "8"), ("SLURM_LOCALID", "1"), ("SLURM_JOB_ID", "100"),
            ("SLURM_STEP_ID", "0"),
            ("SLURM_JOB_NODELIST", nodes), ("SLURM_LAUNCH_NODE_IPADDR", "10.0.0.9"))!;
        Assert.Equal((host, 5, 8, 1), (found.Host, found.Rank, found.Size, found.LocalRank));
        Assert.InRange(found.Port, 20000, 29999);
    }

    [Fact]
    public void Slurm_steps_and_jobs_have_ports_of_their_own_that_all_ranks_agree_on()
    {
        int Port(string rank, string job, string step) => Read(
            ("SLURM_PROCID", rank), ("SLURM_STEP_NUM_TASKS", "2"), ("SLURM_NTASKS", "16"), ("SLURM_JOB_ID", job),
            ("SLURM_STEP_ID", step),
            ("SLURM_STEP_NODELIST", "n[1-2]"))!.Port;
        Assert.Equal(Port("0", "31", "1"), Port("1", "31", "1"));
        Assert.NotEqual(Port("0", "31", "1"), Port("0", "31", "2"));
        Assert.NotEqual(Port("0", "31", "1"), Port("0", "32", "1"));
    }

    [Fact]
    public void Slurm_on_one_node_needs_no_network_and_a_given_master_goes_first()
    {
        (string, string)[] step =
            [
                ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "2"), ("SLURM_STEP_ID", "0"), ("SLURM_NNODES", "1"),
                ("SLURM_JOB_NODELIST", "n1"),
            ];
        Assert.True(Read(step)!.IsLocal);
        var given = Read([.. step, ("MASTER_ADDR", "n1-ib"), ("MASTER_PORT", "4000")])!;
        Assert.Equal(("n1-ib", 4000), (given.Host, given.Port));
    }

    [Fact]
    public void A_batch_script_of_Slurm_is_no_step_and_runs_alone() =>
        Assert.Null(Read(
            ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "8"), ("SLURM_JOB_ID", "7"), ("SLURM_JOB_NODELIST", "n[1-8]")));

    [Fact]
    public void Mpirun_on_one_machine_needs_no_master()
    {
        var found = Read(
            ("OMPI_COMM_WORLD_RANK", "1"), ("OMPI_COMM_WORLD_SIZE", "2"), ("OMPI_COMM_WORLD_LOCAL_RANK", "1"),
            ("OMPI_COMM_WORLD_LOCAL_SIZE", "2"))!;
        Assert.Equal(new("127.0.0.1", 29500, 1, 2) { LocalRank = 1 }, found);
    }

    [Fact]
    public void Mpirun_goes_before_Slurm_and_torchrun_before_both()
    {
        (string, string)[] all =
        [
            ("SLURM_PROCID", "0"), ("SLURM_NTASKS", "4"), ("SLURM_STEP_ID", "0"), ("SLURM_JOB_NODELIST", "n1"),
            ("OMPI_COMM_WORLD_RANK", "2"), ("OMPI_COMM_WORLD_SIZE", "3"), ("MASTER_ADDR", "n9"),
        ];
        Assert.Equal((2, 3), (Read(all)!.Rank, Read(all)!.Size));
        var read = Read([.. all, ("RANK", "1"), ("WORLD_SIZE", "2")])!;
        Assert.Equal((1, 2), (read.Rank, read.Size));
    }

    [Theory]
    [InlineData(
        "RANK=1", "The environment variable RANK is set, but WORLD_SIZE is not; set both, or none for one process.")]
    [InlineData(
        "WORLD_SIZE=2",
        "The environment variable WORLD_SIZE is set, but RANK is not; set both, or none for one process.")]
    [InlineData("RANK=2 WORLD_SIZE=2", "The environment variable RANK is '2', but must be a whole number from 0 to 1.")]
    [InlineData(
        "RANK=first WORLD_SIZE=2", "The environment variable RANK is 'first', but must be a whole number from 0 to 1.")]
    [InlineData(
        "RANK=0 WORLD_SIZE=0",
        "The environment variable WORLD_SIZE is '0', but must be a whole number from 1 to 2147483646.")]
    [InlineData(
        "RANK=0 WORLD_SIZE=2",
        "MASTER_ADDR names the machine where the processes of a run meet, but it is not set; set it.")]
    [InlineData(
        "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000",
        "The environment variable MASTER_PORT is '70000', but must be a whole number from 1 to 65535.")]
    [InlineData(
        "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a LOCAL_RANK=-1",
        "The environment variable LOCAL_RANK is '-1', but must be a whole number from 0 to 1.")]
    [InlineData(
        "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_SIZE=2",
        "mpirun runs this on several machines, and MASTER_ADDR does not name that of rank 0; give it: mpirun "
            + "-x MASTER_ADDR=HOST.")]
    [InlineData(
        "SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=2",
        "SLURM_JOB_NODELIST does not name the machine of rank 0; set MASTER_ADDR to it.")]
    [InlineData(
        "SLURM_PROCID=0 SLURM_STEP_ID=0 SLURM_NTASKS=2 SLURM_JOB_NODELIST=n[1-",
        "Slurm's list of nodes 'n[1-' cannot be read; set MASTER_ADDR to the machine of rank 0.")]
    public void What_contradicts_itself_or_is_missing_is_told(string variables, string sentence)
    {
        var environment = variables.Split(' ').Select(pair => pair.Split('=')).ToDictionary(
            pair => pair[0], pair => pair[1]);
        Assert.Equal(sentence, Assert.Throws<OcsInputException>(() => Rendezvous.FromEnvironment(environment)).Message);
    }

    private static Rendezvous? Read(params (string Name, string Value)[] variables) =>
        Rendezvous.FromEnvironment(variables.ToDictionary(variable => variable.Name, variable => variable.Value));
}
