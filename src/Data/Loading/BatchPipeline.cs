using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Ocs.Data;

/// <summary>Makes the batches of one epoch in background threads, a few ahead of the consumer.</summary>
/// <remarks>
/// Threads take image after image, not batch after batch: so all work on the batch that is wanted next, and there are
/// never more batches in memory than the depth and one. Disposing stops the threads, each after the image in its hands,
/// and disposes every batch that was not handed out.
/// </remarks>
internal sealed class BatchPipeline : IDisposable
{
    private readonly object _lock = new();
    private readonly IBatchPlan _plan;
    private readonly int _end;
    private readonly int _depth;
    private readonly Queue<PendingBatch> _begun = [];
    private readonly Thread[] _threads;
    private IBatchFiller? _ownFiller;
    private PendingBatch? _filling;
    private (int Batch, int Slot, ExceptionDispatchInfo Error)? _failure;
    private int _next;
    private int _working;
    private bool _disposed;

    /// <param name="first">Index of the first batch.</param>
    /// <param name="end">Index after the last batch.</param>
    /// <param name="depth">Batches to keep ready; 0 makes each one when it is asked for, with no thread.</param>
    /// <param name="workers">Threads.</param>
    /// <param name="plan">What is made.</param>
    public BatchPipeline(int first, int end, int depth, int workers, IBatchPlan plan)
    {
        (_next, _end, _depth, _plan) = (first, end, depth, plan);
        _threads = new Thread[depth > 0 ? workers : 0];
        for (int i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new(Run) { IsBackground = true, Name = $"ocs images {i}" };
            _threads[i].Start();
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
            return _depth > 0 ? WaitForNext() : MakeNext();
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

        lock (_lock)
        {
            _disposed = true;
            Monitor.PulseAll(_lock);
        }

        Array.ForEach(_threads, thread => thread.Join());
        foreach (PendingBatch batch in _begun)
        {
            batch.Drop();
        }

        _begun.Clear();
        _ownFiller?.Dispose();
    }

    private Batch? WaitForNext()
    {
        lock (_lock)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_begun.TryPeek(out PendingBatch? head) && head.Ready is { } ready)
                {
                    _begun.Dequeue();
                    Monitor.PulseAll(_lock);
                    return ready;
                }

                // Another thread may be working on an earlier image. Which failure is reported must not depend on
                // chance.
                if (_failure is { } failure && _working == 0)
                {
                    failure.Error.Throw();
                }

                if (_begun.Count == 0 && _next == _end)
                {
                    return null;
                }

                Monitor.Wait(_lock);
            }
        }
    }

    private Batch? MakeNext()
    {
        if (_next == _end)
        {
            return null;
        }

        _ownFiller ??= _plan.CreateFiller();
        PendingBatch batch = _plan.Begin(_next++);
        try
        {
            for (int slot = 0; slot < batch.Buffer.Count; slot++)
            {
                _ownFiller.Fill(batch, slot);
            }

            return _plan.Finish(batch);
        }
        catch
        {
            batch.Drop();
            throw;
        }
    }

    private void Run()
    {
        (int batch, int slot) = (-1, -1);
        lock (_lock)
        {
            _working++;
        }

        try
        {
            using IBatchFiller filler = _plan.CreateFiller();
            while (Take() is { } pending)
            {
                (batch, slot) = (pending.Batch.Index, pending.Slot);
                filler.Fill(pending.Batch, pending.Slot);
                Finish(pending.Batch);
            }
        }
#pragma warning disable CA1031 // whatever happens here is the consumer's to see
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(batch, slot, error);
        }
        finally
        {
            lock (_lock)
            {
                _working--;
                Monitor.PulseAll(_lock);
            }
        }
    }

    // The next image that nobody has; waits while enough batches are begun; null at the end, or after a failure.
    private (PendingBatch Batch, int Slot)? Take()
    {
        lock (_lock)
        {
            while (!_disposed && _failure is null)
            {
                if (_filling is { } batch && batch.Taken < batch.Buffer.Count)
                {
                    return (batch, batch.Taken++);
                }

                if (_next == _end)
                {
                    return null;
                }

                if (_begun.Count <= _depth)
                {
                    _filling = _plan.Begin(_next++);
                    _begun.Enqueue(_filling);
                    if (_filling.Buffer.Count == 0)
                    {
                        // A part of a batch that has fewer images than parts.
                        _filling.Ready = _plan.Finish(_filling);
                        Monitor.PulseAll(_lock);
                    }

                    continue;
                }

                Monitor.Wait(_lock);
            }

            return null;
        }
    }

    private void Finish(PendingBatch batch)
    {
        lock (_lock)
        {
            if (++batch.Filled < batch.Buffer.Count)
            {
                return;
            }
        }

        Batch ready = _plan.Finish(batch);
        lock (_lock)
        {
            batch.Ready = ready;
            Monitor.PulseAll(_lock);
        }
    }

    private void Fail(int batch, int slot, Exception error)
    {
        lock (_lock)
        {
            if (_failure is not { } other || (batch, slot).CompareTo((other.Batch, other.Slot)) < 0)
            {
                _failure = (batch, slot, ExceptionDispatchInfo.Capture(error));
            }
        }
    }
}
