namespace Ocs.Data.Tests.Loading;

public sealed class SamplerTests
{
    [Fact]
    public void An_epochs_order_is_a_permutation()
    {
        var order = Sampler.Order(1_000, seed: 1, epoch: 3, shuffle: true);
        Assert.Equal(Enumerable.Range(0, 1_000), order.Order());
        Assert.NotEqual(Enumerable.Range(0, 1_000), order);
    }

    [Fact]
    public void The_order_repeats_by_seed_and_epoch_and_differs_otherwise()
    {
        var order = Sampler.Order(100, seed: 1, epoch: 3, shuffle: true);
        Assert.Equal(order, Sampler.Order(100, seed: 1, epoch: 3, shuffle: true));
        Assert.NotEqual(order, Sampler.Order(100, seed: 1, epoch: 4, shuffle: true));
        Assert.NotEqual(order, Sampler.Order(100, seed: 2, epoch: 3, shuffle: true));
    }

    [Fact]
    public void Without_shuffling_the_order_is_the_data_sets() =>
        Assert.Equal([0, 1, 2, 3], Sampler.Order(4, seed: 1, epoch: 3, shuffle: false));

    [Fact]
    public void A_repeated_image_stands_beside_itself_and_the_first_images_fill_the_epoch()
    {
        var plain = Sampler.Order(7, seed: 1, epoch: 3, shuffle: true);
        int[] expected = [plain[0], plain[0], plain[0], plain[1], plain[1], plain[1], plain[2]];
        Assert.Equal(expected, Sampler.Order(7, seed: 1, epoch: 3, shuffle: true, repeats: 3));
    }
}
