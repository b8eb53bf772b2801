using System.Net;
using System.Net.Sockets;
using Ocs.Cli.Watching;
using Ocs.RunLog;

namespace Ocs.Cli.Tests.Commands;

public sealed class WatchCommandTests : IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _browser = new();

    public void Dispose()
    {
        _browser.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_is_shown_as_it_is_now_and_told_when_it_has_gone_on()
    {
        using var log = new RunLogWriter(_folder.PathOf("run"));
        log.Append(Record(0));
        await using var server = await Start(_folder.PathOf("run"));

        Assert.Contains("1 epoch so far", await Page(server, ""), StringComparison.Ordinal);
        using var events = new StreamReader(await _browser.GetStreamAsync(new Uri(server.Address + "events")));
        var first = await NextEvent(events);
        Assert.Contains($"data-version=\"{first}\"", await Page(server, ""), StringComparison.Ordinal);
        log.Append(Record(1));
        var second = await NextEvent(events);

        Assert.NotEqual(first, second);
        var page = await Page(server, "");
        Assert.Contains("2 epochs so far", page, StringComparison.Ordinal);
        Assert.Contains($"data-version=\"{second}\"", page, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", page, StringComparison.Ordinal);
        Assert.Contains("new EventSource(\"/events\")", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_runs_have_a_page_together_and_one_each()
    {
        await using var server = await Start(Run("a"), Run("b"));

        Assert.Contains("<a href=\"/2\">b</a>", await Page(server, ""), StringComparison.Ordinal);
        Assert.Contains("<h1>a</h1>", await Page(server, "1"), StringComparison.Ordinal);
        Assert.Contains("<h1>b</h1>", await Page(server, "2"), StringComparison.Ordinal);
        foreach (var nowhere in new[] { "3", "0", "-1", "1/2", "..%2f..%2fetc%2fpasswd", "run.jsonl" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await Status(server, HttpMethod.Get, nowhere));
        }
    }

    [Fact]
    public async Task It_only_reads_and_only_for_this_machine()
    {
        var run = Run("run");
        await using var server = await Start(run);

        Assert.StartsWith("http://127.0.0.1:", server.Address, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await Status(server, HttpMethod.Post, ""));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await Status(server, HttpMethod.Delete, ""));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(server, HttpMethod.Get, "", host: "elsewhere.example"));
        Assert.Equal(HttpStatusCode.OK, await Status(server, HttpMethod.Head, ""));
        Assert.Equal(HttpStatusCode.NoContent, await Status(server, HttpMethod.Get, "favicon.ico"));
        Assert.Equal(["run.jsonl"], Directory.GetFileSystemEntries(run).Select(Path.GetFileName));

        File.Delete(Path.Combine(run, "run.jsonl"));
        File.WriteAllText(Path.Combine(run, "else.txt"), "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Status(server, HttpMethod.Get, ""));
        using var response = await _browser.GetAsync(new Uri(server.Address));
        Assert.Equal("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
    }

    [Fact]
    public async Task A_run_that_is_yet_to_begin_is_awaited()
    {
        var run = _folder.PathOf("later");
        await using var server = await Start(run);
        Assert.Equal([run], new RunPages([run]).Check());
        Assert.Contains("later", await Page(server, ""), StringComparison.Ordinal);

        Run("later");

        Assert.Contains("1 epoch so far", await Page(server, ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_serves_until_it_is_stopped()
    {
        using var output = new StringWriter();
        var run = Run("run");
        var command = Task.Run(() => CommandLine.Run(["watch", run, "--port", "0"], output, _stop.Token));
        while (!output.ToString().Contains("shows it in a browser", StringComparison.Ordinal) && !command.IsCompleted)
        {
            await Task.Delay(Beat);
        }

        var address = output.ToString().Split(' ')[0];
        Assert.Contains("1 epoch so far", await _browser.GetStringAsync(new Uri(address)), StringComparison.Ordinal);
        await _stop.CancelAsync();

        var result = await command;
        Assert.Equal((0, ""), (result.Code, result.Error));
    }

    [Fact]
    public void What_is_no_run_or_no_port_is_told_in_a_sentence()
    {
        var file = _folder.Write("file.txt", "");
        Assert.Contains("is not a folder", CommandLine.Fails("watch", file), StringComparison.Ordinal);
        Assert.Contains(
            "neither run.jsonl nor summary.json", CommandLine.Fails("watch", _folder.Path), StringComparison.Ordinal);
        Assert.Contains(
            "--port must lie in 0 to 65535, but is 70000.",
            CommandLine.Fails("watch", Run("run"), "--port", "70000"),
            StringComparison.Ordinal);

        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        Assert.Contains(
            $"Port {taken} is taken by another program",
            CommandLine.Fails("watch", Run("run"), "--port", $"{taken}"),
            StringComparison.Ordinal);
    }

    private string Run(string name)
    {
        using var log = new RunLogWriter(_folder.PathOf(name));
        log.Append(Record(0));
        return _folder.PathOf(name);
    }

    private async Task<RunServer> Start(params string[] folders) =>
        (await RunServer.Start(new RunPages(folders), port: 0, Beat, _stop.Token))!;

    private Task<string> Page(RunServer server, string path) => _browser.GetStringAsync(new Uri(server.Address + path));

    private async Task<HttpStatusCode> Status(RunServer server, HttpMethod method, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(method, server.Address + path);
        request.Headers.Host = host;
        using var response = await _browser.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<string> NextEvent(StreamReader events)
    {
        while (await events.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return line["data: ".Length..];
            }
        }

        throw new InvalidOperationException("The server ended the events.");
    }

    private static RunRecord Record(int epoch) => new()
    {
        Epoch = epoch,
        Phase = RunPhase.Train,
        TrainLoss = 1,
        ValAccuracy = 0.5,
        Lr = 0.1,
        Macs = 100,
        Parameters = 10,
        Seconds = 1,
        ImagesPerSecond = 100,
    };
}
