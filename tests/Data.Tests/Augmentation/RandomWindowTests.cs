namespace Ocs.Data.Tests.Augmentation;

public sealed class RandomWindowTests
{
    [Fact]
    public void A_window_lies_in_the_image_and_has_the_area_and_shape_that_were_asked_for()
    {
        var dice = new Dice(1);
        var rng = new Rng(2);
        for (var i = 0; i < 2000; i++)
        {
            var (height, width) = (100 + dice.Roll(300), 100 + dice.Roll(300));
            var least = 0.05 + (0.3 * dice.Uniform());
            var (top, left, tall, wide) = RandomWindow.Draw(height, width, least, rng);
            Assert.InRange(top, 0, height - tall);
            Assert.InRange(left, 0, width - wide);

            // Sides are rounded to whole pixels, which moves area and shape a little.
            Assert.InRange((double)tall * wide / (height * width), least * 0.95, 1);
            Assert.InRange((double)wide / tall, 0.75 * 0.95, 4 / 3.0 * 1.05);
        }
    }

    // No window of the whole area has a shape from 3:4 to 4:3: the middle, as large as the shorter side allows.
    [Theory]
    [InlineData(30, 1000, 0, 480, 30, 40)]
    [InlineData(1000, 30, 480, 0, 40, 30)]
    [InlineData(60, 60, 0, 0, 60, 60)]
    public void After_ten_vain_tries_it_is_the_middle(int height, int width, int top, int left, int tall, int wide)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            (int, int, int, int) window = RandomWindow.Draw(height, width, 1, new(seed));
            Assert.Equal((top, left, tall, wide), window);
        }
    }
}
