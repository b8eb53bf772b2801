namespace Ocs.Data;

/// <summary>
/// The order in which an epoch visits the images: a pure function of seed and epoch, so that a run can resume.
/// </summary>
internal static class Sampler
{
    /// <param name="count">How many images there are, and places in an epoch.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="epoch">From 0.</param>
    /// <param name="shuffle">Whether the order is random.</param>
    /// <param name="repeats">How often an image stands in the order, one place after the other.</param>
    public static int[] Order(int count, ulong seed, int epoch, bool shuffle, int repeats = 1)
    {
        int[] order = new int[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
        }

        if (shuffle)
        {
            Rng.ForStream(seed, "shuffle", epoch).Shuffle(order);
        }

        // From the end, so that no image is read after it was replaced.
        for (int i = count - 1; i > 0 && repeats > 1; i--)
        {
            order[i] = order[i / repeats];
        }

        return order;
    }
}
