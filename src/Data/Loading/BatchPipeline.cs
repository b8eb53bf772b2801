using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Ocs.Data;

/// <summary>Makes the batches of one epoch on a thread of its own, a few ahead of whoever consumes them.</summary>
/// <remarks>Disposing stops the thread, wherever it is, and disposes every batch that was not handed out.</remarks>
internal sealed class BatchPipeline : IDisposable
{
    private readonly Func<int, Batch> _make;
    private readonly int _first;
    private readonly int _end;
    private readonly BlockingCollection<Batch>? _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread? _thread;
    private ExceptionDispatchInfo? _failure;
    private int _next;
    private bool _disposed;

    /// <param name="first">Index of the first batch.</param>
    /// <param name="end">Index after the last batch.</param>
    /// <param name="depth">Batches to keep ready; 0 makes each one when it is asked for, with no thread.</param>
    /// <param name="make">Makes one batch; called in order, by one thread.</param>
    public BatchPipeline(int first, int end, int depth, Func<int, Batch> make)
    {
        (_first, _end, _next, _make) = (first, end, first, make);
        if (depth > 0)
        {
            _ready = new(depth);
            _thread = new(Run) { IsBackground = true, Name = "ocs batches" };
            _thread.Start();
        }
    }

    /// <summary>
    /// The next batch, which the caller then owns, or null at the end; rethrows what failed while making it.
    /// </summary>
    public Batch? Next(ref long waitedTicks)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        long start = Stopwatch.GetTimestamp();
        try
        {
            if (_ready is null)
            {
                return _next < _end ? _make(_next++) : null;
            }

            if (_ready.TryTake(out Batch? batch, Timeout.Infinite))
            {
                return batch;
            }

            _failure?.Throw();
            return null;
        }
        finally
        {
            waitedTicks += Stopwatch.GetTimestamp() - start;
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        _thread?.Join();
        while (_ready is not null && _ready.TryTake(out Batch? batch))
        {
            batch.Dispose();
        }

        _ready?.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            for (int index = _first; index < _end && !_stop.IsCancellationRequested; index++)
            {
                Hand(_make(index));
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The consumer left; Dispose clears up.
        }
#pragma warning disable CA1031 // whatever happens here is the consumer's to see
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }
        finally
        {
            _ready!.CompleteAdding();
        }
    }

    private void Hand(Batch batch)
    {
        try
        {
            _ready!.Add(batch, _stop.Token);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}
