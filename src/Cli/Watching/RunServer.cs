using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ocs.Cli.Watching;

/// <summary>Serves pages of runs to browsers on this machine only, and notifies them of changes.</summary>
internal sealed class RunServer : IAsyncDisposable
{
    private const int BeatsBetweenSigns = 15;
    private readonly RunPages _pages;
    private readonly TimeSpan _beat;
    private readonly CancellationToken _stop;
    private readonly WebApplication _server;

    private RunServer(RunPages pages, int port, TimeSpan beat, CancellationToken stop)
    {
        (_pages, _beat, _stop) = (pages, beat, stop);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        _server = builder.Build();
        _server.Run(Answer);
    }

    /// <summary>The address of the pages.</summary>
    public string Address =>
        _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/";

    /// <summary>Starts the server.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="beat">How often the files are checked.</param>
    /// <param name="stop">Ends all open responses.</param>
    /// <returns>The server; null if the port is taken.</returns>
    public static async Task<RunServer?> Start(RunPages pages, int port, TimeSpan beat, CancellationToken stop)
    {
        var server = new RunServer(pages, port, beat, stop);
        try
        {
            await server._server.StartAsync(stop);
            return server;
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            await server.DisposeAsync();
            return null;
        }
        catch (IOException error)
        {
            await server.DisposeAsync();
            throw new OcsInputException(
                $"Port {port} cannot be used ({error.Message.TrimEnd('.')}); give another one with --port.", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync();
        await _server.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "frame-ancestors 'none'";
        // Refuses other host names, against DNS rebinding.
        if (request.Host.Host is not ("127.0.0.1" or "localhost"))
        {
            await Say(
                response, StatusCodes.Status403Forbidden, "This server answers only to 127.0.0.1 and localhost.");
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            await Say(response, StatusCodes.Status405MethodNotAllowed, "Runs can be viewed, not changed.");
        }
        else if (request.Path == "/favicon.ico")
        {
            response.StatusCode = StatusCodes.Status204NoContent;
        }
        else if (request.Path == "/events")
        {
            await Tell(context);
        }
        else
        {
            await Show(request.Path.Value ?? "/", response);
        }
    }

    private async Task Show(string path, HttpResponse response)
    {
        try
        {
            if (_pages.Page(path) is not { } page)
            {
                await Say(response, StatusCodes.Status404NotFound, "There is no such page.");
                return;
            }

            response.ContentType = "text/html; charset=utf-8";
            await response.WriteAsync(page, _stop);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            await Say(response, StatusCodes.Status503ServiceUnavailable, CommandWords.Of(error.Message));
        }
    }

    // Server-sent events: the version of the files, first at once, then at every change.
    private async Task Tell(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop, context.RequestAborted);
        using var timer = new PeriodicTimer(_beat);
        var told = "";
        try
        {
            for (var beat = 0; ; beat++)
            {
                var version = _pages.Version();
                if (version != told || beat % BeatsBetweenSigns == 0)
                {
                    await response.WriteAsync(version != told ? $"data: {version}\n\n" : ":\n\n", end.Token);
                    await response.Body.FlushAsync(end.Token);
                    told = version;
                }

                await timer.WaitForNextTickAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser has disconnected, or the server has stopped.
        }
    }

    private Task Say(HttpResponse response, int status, string sentence)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(sentence + "\n", _stop);
    }
}
