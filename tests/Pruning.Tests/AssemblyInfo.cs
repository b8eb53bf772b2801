// libtorch has its own threads, and the count of live tensors is one a process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
