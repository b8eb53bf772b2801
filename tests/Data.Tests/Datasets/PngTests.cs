namespace Ocs.Data.Tests.Datasets;

public sealed class PngTests
{
    [Fact]
    public void Colours_become_planes()
    {
        byte[] planes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
        var image = new byte[18];
        Png.DecodeRgb(PngFiles.Rgb(2, 3, planes), image, 2, 3);
        Assert.Equal(planes, image);
    }

    [Fact]
    public void Grey_becomes_three_equal_planes()
    {
        var image = new byte[12];
        Png.DecodeRgb(PngFiles.Grey(2, 2, [9, 8, 7, 6]), image, 2, 2);
        Assert.Equal([9, 8, 7, 6, 9, 8, 7, 6, 9, 8, 7, 6], image);
    }

    [Fact]
    public void A_damaged_pixel_is_noticed()
    {
        var file = PngFiles.Grey(2, 2, [9, 8, 7, 6]);
        file[45] ^= 1;
        Assert.Throws<InvalidDataException>(() => Png.DecodeRgb(file, new byte[12], 2, 2));
    }
}
